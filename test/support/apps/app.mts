/** The bridge's app in a Rocket.Chat server, through the routes that the admin page and `rc-apps` use. */
import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { eventually } from '../eventually.mts';
import { RocketChatError, type RocketChat } from '../clients/rocketchat.mts';

export const projectRoot = process.cwd();

/** Ids of the app's settings. */
export const setting = {
    enabled: 'Federation_Matrix_enabled',
    id: 'Federation_Matrix_id',
    hsToken: 'Federation_Matrix_hs_token',
    asToken: 'Federation_Matrix_as_token',
    workspaceUser: 'Federation_Matrix_workspace_user',
    workspaceToken: 'Federation_Matrix_workspace_token',
    homeserverUrl: 'Federation_Matrix_homeserver_url',
    domain: 'Federation_Matrix_homeserver_domain',
    bridgeUrl: 'Federation_Matrix_bridge_url',
    localpart: 'Federation_Matrix_bridge_localpart',
    prefix: 'Federation_Matrix_ghost_prefix',
    registration: 'Federation_Matrix_registration_file',
} as const;

export type SettingId = (typeof setting)[keyof typeof setting];

/**
 * Packages the app (`npm run package`, which does nothing when nothing changed), or takes the package that `APP_ZIP` names.
 * @returns the path of the zip
 */
export const packageApp = async (): Promise<string> => {
    if (process.env.APP_ZIP) {
        return process.env.APP_ZIP;
    }
    await promisify(execFile)(process.execPath, ['tools/package.mjs'], { cwd: projectRoot });
    const { version } = JSON.parse(await readFile(join(projectRoot, 'app.json'), 'utf8'));
    const folder = join(projectRoot, 'dist');
    const zip = (await readdir(folder)).find((file) => file === `matrix-bridge_${version}.zip`);
    if (!zip) {
        throw new Error(`npm run package made no dist/matrix-bridge_${version}.zip`);
    }
    return join(folder, zip);
};

export class BridgeApp {
    private constructor(
        private readonly admin: RocketChat,
        readonly id: string,
    ) {}

    /** Installs the zip, or updates the app where it is installed already, as `rc-apps deploy` does. */
    static async deploy(admin: RocketChat, zip: string): Promise<BridgeApp> {
        const { id, permissions } = JSON.parse(await readFile(join(projectRoot, 'app.json'), 'utf8'));
        const form = new FormData();
        form.append('app', new Blob([new Uint8Array(await readFile(zip))], { type: 'application/zip' }), 'app.zip');
        form.append('permissions', JSON.stringify(permissions));
        const installed = (await admin.request('GET', `apps/${id}`)).status === 200;
        await admin.post(installed ? `apps/${id}` : 'apps', form);
        const app = new BridgeApp(admin, id);
        await eventually(async () => (await app.status()).includes('enabled'), { what: 'the app to be enabled' });
        return app;
    }

    async status(): Promise<string> {
        return (await this.admin.get(`apps/${this.id}/status`)).status;
    }

    setStatus(status: 'manually_enabled' | 'manually_disabled'): Promise<unknown> {
        return this.admin.post(`apps/${this.id}/status`, { status });
    }

    remove(): Promise<unknown> {
        return this.admin.delete(`apps/${this.id}`);
    }

    async setting<T = string>(id: SettingId): Promise<T> {
        const { settings } = await this.admin.get(`apps/${this.id}/settings`);
        return settings[id].value ?? settings[id].packageValue;
    }

    async change(values: Partial<Record<SettingId, string | boolean>>): Promise<void> {
        await this.admin.post(`apps/${this.id}/settings`, { settings: Object.entries(values).map(([id, value]) => ({ id, value })) });
    }

    /** The registration, as soon as the tokens of the settings and every given text stand in it (quotes aside): it follows the other settings. */
    registration(...texts: string[]): Promise<string> {
        let yaml = '';
        const look = async (): Promise<string | false> => {
            const tokens = await Promise.all([this.setting(setting.hsToken), this.setting(setting.asToken)]);
            yaml = await this.setting(setting.registration);
            return yaml.includes('as_token:') && [...tokens, ...texts].every((text) => yaml.replaceAll("'", '').includes(text)) && yaml;
        };
        return eventually(look, { what: () => `a registration with ${texts.join(', ')} (it has ${yaml.length} characters)` });
    }

    /** Full URL of one of the app's endpoints, e.g. `_matrix/app/v1/ping`. */
    async endpoint(path: string): Promise<string> {
        const { apis } = await this.admin.get(`apps/${this.id}/apis`);
        const found = apis.map((api: { computedPath: string }) => api.computedPath).find((computed: string) => computed.includes('/_matrix/app/v1/ping'));
        if (!found) {
            throw new RocketChatError(404, apis, 'no endpoint of the app');
        }
        return `${this.admin.url}${found.replace('_matrix/app/v1/ping', path)}`;
    }

    async logs(): Promise<any[]> {
        return (await this.admin.get(`apps/${this.id}/logs`, { count: 100 })).logs;
    }
}
