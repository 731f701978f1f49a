import type { IEnvironmentWrite } from '@rocket.chat/apps-engine/definition/accessors';
import type { IApiEndpointMetadata } from '@rocket.chat/apps-engine/definition/api';
import type { RawSettings } from '../config/settings';
import { inputIds, SettingId } from '../config/settings';
import type { SettingsAccess, Surroundings } from '../config/SettingsAccess';
import type { Accessors } from './Accessors';
import { call } from './failures';

/**
 * The app's own settings through the engine's accessors.
 * @param environment gives the writer; it is there from the start of the app (`App.getAccessors()`)
 */
export function engineSettings(accessors: Accessors, environment: () => IEnvironmentWrite): SettingsAccess {
    return {
        async read() {
            const reader = accessors.read.getEnvironmentReader().getSettings();
            const raw: RawSettings = {};
            await Promise.all([...inputIds, SettingId.RegistrationFile].map(async (id) => {
                raw[id] = await call('settings.get', () => reader.getValueById(id));
            }));
            return raw;
        },
        write: (id, value) => call('settings.update', () => environment().getSettings().updateValue(id, value)),
    };
}

/** The engine tells the list of endpoints shortly after they were provided. */
const PATIENCE_MS = 3_000;
const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => { setTimeout(resolve, milliseconds); });

/**
 * Where the app is reached from outside.
 * @param endpoints the engine's list of the provided endpoints, filled late (apps-engine `deno-runtime/lib/accessors/mod.ts`)
 * @param endpointPath path of one of our endpoints: what stands before it is the base
 * @param siteUrl the workspace's address
 */
export function engineSurroundings(endpoints: () => IApiEndpointMetadata[], endpointPath: string, siteUrl: () => Promise<string>): Surroundings {
    let base: string | undefined;
    const find = (): string | undefined => {
        const ending = `/${endpointPath}`;
        const endpoint = (endpoints() || []).find(({ computedPath }) => typeof computedPath === 'string' && computedPath.endsWith(ending));
        return endpoint && endpoint.computedPath.slice(0, -ending.length);
    };
    return {
        async privateApi() {
            for (const until = Date.now() + PATIENCE_MS; base === undefined && Date.now() < until;) {
                base = find();
                if (base === undefined) {
                    await pause(20);
                }
            }
            // A host may have no such setting, or keep it from apps: the bridge works all the same, and "Bridge URL" stands in.
            const site = await siteUrl().catch(() => '');
            return base === undefined || !/^https?:\/\/[^/\s]/i.test(site) ? undefined : `${site}${base}`;
        },
    };
}
