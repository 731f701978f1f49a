import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { load } from 'js-yaml';
import { PlainError } from '../process/PlainError.mts';
import type { Rest } from './rest.mts';
import { eventually } from './rest.mts';

interface Manifest {
    id: string;
    permissions?: unknown[];
}

/** The bridge's app in the workspace, handled as an admin does it: through `/api/apps`. */
export class BridgeApp {
    private constructor(
        private readonly admin: Rest,
        public readonly id: string,
    ) {}

    /**
     * Installs the zip, or updates the app when another zip is installed. The upload is the one of `rc-apps deploy`.
     * @param installedHash hash of the zip that was installed last
     * @returns the app and the hash to remember
     */
    public static async deploy(admin: Rest, zipFile: string, installedHash: string | undefined): Promise<{ app: BridgeApp; hash: string }> {
        const manifest = JSON.parse(await readFile('app.json', 'utf8')) as Manifest;
        const zip = await readFile(zipFile);
        const hash = createHash('sha256').update(zip).digest('hex');
        const installed = (await admin.ask('GET', `/apps/${manifest.id}`)).status === 200;
        if (!installed || hash !== installedHash) {
            const form = new FormData();
            form.append('app', new Blob([new Uint8Array(zip)], { type: 'application/zip' }), 'app.zip');
            form.append('permissions', JSON.stringify(manifest.permissions ?? []));
            await admin.post(installed ? `/apps/${manifest.id}` : '/apps', form);
        }
        const app = new BridgeApp(admin, manifest.id);
        await app.enabled();
        return { app, hash };
    }

    private async enabled(): Promise<void> {
        const status = async () => ((await this.admin.get(`/apps/${this.id}/status`)) as { status: string }).status;
        const isEnabled = async () => ((await status()).endsWith('enabled') ? true : undefined);
        if (!(await eventually(isEnabled, 5_000))) {
            await this.admin.post(`/apps/${this.id}/status`, { status: 'manually_enabled' });
            if (!(await eventually(isEnabled, 10_000))) {
                throw new PlainError(`The app does not get enabled; its status is "${await status()}" (its log: GET /api/apps/${this.id}/logs).`);
            }
        }
    }

    /** Sets those settings that have another value now. */
    public async set(values: Record<string, unknown>): Promise<void> {
        const { settings } = (await this.admin.get(`/apps/${this.id}/settings`)) as { settings: Record<string, { value?: unknown; packageValue?: unknown }> };
        const changed = Object.entries(values).filter(([id, value]) => (settings[id]?.value ?? settings[id]?.packageValue) !== value);
        if (changed.length > 0) {
            await this.admin.post(`/apps/${this.id}/settings`, { settings: changed.map(([id, value]) => ({ ...settings[id], id, value })) });
        }
    }

    /** The registration, once it has the given server name and leads to the given workspace: it follows the other settings. */
    public async registration(serverName: string, workspaceUrl: string): Promise<string> {
        const ids = `:${serverName.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}`;
        const read = async (): Promise<string | undefined> => {
            const { setting } = (await this.admin.get(`/apps/${this.id}/settings/Federation_Matrix_registration_file`)) as { setting: { value?: string } };
            const registration = parseYaml(setting.value);
            const regex = registration?.namespaces?.users?.[0]?.regex ?? '';
            return registration?.url?.startsWith(workspaceUrl) && regex.includes(ids) ? setting.value : undefined;
        };
        const registration = await eventually(read, 15_000);
        if (registration === undefined) {
            throw new PlainError(`The app gave no registration for ${serverName} at ${workspaceUrl} (its log: GET /api/apps/${this.id}/logs).`);
        }
        return registration;
    }
}

interface Registration {
    url?: string;
    namespaces?: { users?: { regex?: string }[] };
}

function parseYaml(text: string | undefined): Registration | undefined {
    try {
        return text ? (load(text) as Registration) : undefined;
    } catch {
        return undefined;
    }
}
