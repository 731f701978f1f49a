import type { RawSettings, SettingId } from './settings';

/** The app's own settings, as the rules of the set-up use them. */
export interface SettingsAccess {
    read(): Promise<RawSettings>;
    /**
     * Asks for a change. It is not there yet on return, and runs the hooks of setting changes on every instance: never
     * write a value that is there already.
     */
    write(id: SettingId, value: unknown): Promise<void>;
}

/** How the outside of the app is reached. */
export interface Surroundings {
    /** Where the app's private API is (`https://…/api/apps/private/<app>/<hash>`); undefined while the engine has not said so. */
    privateApi(): Promise<string | undefined>;
}
