import type { AppEvents, IRoom, IUser } from './common.mts';

/** An app as `GET /api/apps/:id` shows it: the record's info plus status and so on, in the server's shape. */
export type AppView = Record<string, any> & { id: string; name: string; version: string; status: string };

/** How an upload of a package ended; with an error nothing was installed. */
export interface Installed {
    app: AppView;
    implemented: string[];
    compilerErrors?: unknown[];
    storageError?: string;
    appUserError?: string;
}

export interface SlashCommandView {
    command: string;
    params: string;
    description: string;
    clientOnly: boolean;
    providesPreview: boolean;
    permission?: unknown;
    appId?: string;
}

/**
 * The apps of one instance: the real `AppManager` behind the calls that the server's REST routes make
 * (`ee/server/apps/communication/rest.ts`). Failures come as `MeteorError` or as the engine's own errors.
 */
export interface AppsHost extends AppEvents {
    /** @param permissions the `permissions` field of the upload; absent → the engine's default set is granted */
    install(zip: Buffer, permissions: { name: string }[] | undefined, user: IUser): Promise<Installed>;
    update(appId: string, zip: Buffer, permissions: { name: string }[] | undefined, user: IUser): Promise<Installed>;
    remove(appId: string, user: IUser): Promise<AppView>;
    list(): Promise<AppView[]>;
    find(appId: string): Promise<AppView | undefined>;
    setStatus(appId: string, status: 'manually_enabled' | 'manually_disabled'): Promise<string>;
    icon(appId: string): Promise<string | undefined>;
    languages(): Promise<Record<string, Record<string, unknown>>>;
    settings(appId: string): Promise<Record<string, any>>;
    setting(appId: string, settingId: string): Promise<any>;
    updateSetting(appId: string, setting: { id: string; value: unknown }): Promise<void>;
    apis(appId: string): Promise<unknown[]>;
    logs(appId: string, query: Record<string, any>): Promise<{ logs: unknown[]; total: number }>;
    actionButtons(): Promise<unknown[]>;
    slashCommands(): SlashCommandView[];
    /** @throws the executor's own error */
    runSlashCommand(command: string, params: string, room: IRoom, user: IUser, options: { threadId?: string; triggerId?: string }): Promise<unknown>;
    previewSlashCommand(command: string, params: string, room: IRoom, user: IUser): Promise<unknown>;
    executePreviewItem(command: string, params: string, room: IRoom, user: IUser, item: any, options: { threadId?: string; triggerId?: string }): Promise<void>;
    /** `POST /api/apps/ui.interaction/:appId` */
    uiInteraction(appId: string, payload: Record<string, any>, user: IUser): Promise<unknown>;
    /** Stops every sandbox process of this instance. */
    unload(): Promise<void>;
}
