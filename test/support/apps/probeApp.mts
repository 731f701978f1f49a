import AdmZip from 'adm-zip';
import { randomUUID } from 'node:crypto';
import { eventually, type Patience } from '../eventually.mts';
import { probeSource } from './probeSource.mts';
import type { RocketChat } from '../clients/rocketchat.mts';

/** Everything that an app can be told after the fact; `IPre…` events change what the server does and are asked for one by one. */
export const postEvents = [
    'IPostMessageSent', 'IPostSystemMessageSent', 'IPostMessageSentToBot', 'IPostMessageUpdated', 'IPostMessageDeleted', 'IPostMessageReacted',
    'IPostMessageFollowed', 'IPostMessagePinned', 'IPostMessageStarred', 'IPostMessageReported', 'IPostRoomCreate', 'IPostRoomDeleted',
    'IPostRoomUserJoined', 'IPostRoomUserLeave', 'IPostUserCreated', 'IPostUserUpdated', 'IPostUserDeleted', 'IPostUserLoggedIn',
    'IPostUserLoggedOut', 'IPostUserStatusChanged', 'IUIKitInteractionHandler',
];

/** What a bridge asks for, and what the default set does not have. */
export const allPermissions = [
    'user.read', 'user.write', 'upload.read', 'upload.write', 'room.read', 'room.write', 'room.system.view-all', 'message.read', 'message.write',
    'threads.read', 'role.read', 'server-setting.read', 'server-setting.write', 'api', 'networking', 'persistence', 'scheduler', 'slashcommand',
    'ui.interact', 'ui.registerButtons', 'env.read', 'moderation.read', 'moderation.write',
].map((name) => ({ name }));

export interface ProbeOptions {
    id?: string;
    /** `nameSlug`; the app user is `<slug>.bot`. */
    slug?: string;
    version?: string;
    /** Interfaces of the package; `postEvents` when absent. */
    implements?: string[];
    /** The `permissions` of app.json: what the app asks for. Absent: not in app.json. */
    permissions?: { name: string }[];
    /** The `permissions` field of the upload: what the admin grants. `null`: no such field (the default set is granted). */
    granted?: { name: string }[] | null;
    /**
     * Code of async function bodies by the name of a call: `configure` (configuration, environment), `onInstall`, `onEnable` (…), or an
     * event's interface (payload, args). In all of them: `app`, `require`. What an event's code returns is the handler's answer.
     */
    scripts?: Record<string, string>;
    languages?: Record<string, Record<string, string>>;
}

/** A call that the probe got. */
export interface Seen {
    event: string;
    payload: any;
    context: any;
    /** Milliseconds. */
    at: number;
}

/** The package of a probe app, as an upload. */
export function probeZip(options: ProbeOptions & { id: string }): Buffer {
    const slug = options.slug ?? `probe-${options.id.slice(0, 8)}`;
    const implemented = options.implements ?? postEvents;
    const zip = new AdmZip();
    const add = (name: string, content: unknown): void => {
        zip.addFile(name, Buffer.from(typeof content === 'string' ? content : JSON.stringify(content)));
    };
    add('app.json', {
        id: options.id,
        name: `Probe ${slug}`,
        nameSlug: slug,
        version: options.version ?? '1.0.0',
        description: 'Records what an app is told.',
        requiredApiVersion: '^1.40.0',
        author: { name: 'Tests', homepage: 'https://example.org', support: 'https://example.org' },
        classFile: 'ProbeApp.js',
        iconFile: 'icon.png',
        implements: implemented,
        ...(options.permissions && { permissions: options.permissions }),
    });
    add('ProbeApp.js', `const PROBE = ${JSON.stringify({ implements: implemented, scripts: options.scripts ?? {} })};\n${probeSource}`);
    zip.addFile('icon.png', Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGNgYGD4DwABBAEAX+XDSwAAAABJRU5ErkJggg==', 'base64'));
    for (const [language, texts] of Object.entries(options.languages ?? {})) add(`i18n/${language}.json`, texts);
    return zip.toBuffer();
}

/** A probe app that is installed in a workspace, and what it saw. */
export class Probe {
    private constructor(
        private readonly admin: RocketChat,
        readonly id: string,
        private readonly options: ProbeOptions,
    ) {}

    /** Installs a probe as an admin does (upload, permissions granted) and waits until its endpoints answer. */
    static async install(admin: RocketChat, options: ProbeOptions = {}): Promise<Probe> {
        const id = options.id ?? randomUUID();
        const probe = new Probe(admin, id, options);
        await admin.post('apps', probe.form(options));
        return probe;
    }

    /** Uploads a new version. */
    async update(options: ProbeOptions): Promise<void> {
        await this.admin.post(`apps/${this.id}`, this.form({ ...this.options, ...options }));
    }

    private form(options: ProbeOptions): FormData {
        const form = new FormData();
        form.append('app', new Blob([new Uint8Array(probeZip({ ...options, id: this.id }))], { type: 'application/zip' }), 'probe.zip');
        if (options.granted !== null) form.append('permissions', JSON.stringify(options.granted ?? allPermissions));
        return form;
    }

    get slug(): string {
        return this.options.slug ?? `probe-${this.id.slice(0, 8)}`;
    }

    /** The app user's name. */
    get username(): string {
        return `${this.slug}.bot`;
    }

    /**
     * Evaluates code in the sandbox: the body of an async function with `read`, `modify`, `http`, `persistence`, `app`, `request`,
     * `require` and `args` in reach.
     * @throws ProbeError with what the app's code threw
     */
    async run<T = any>(code: string, args: unknown = {}, url = this.admin.url): Promise<T> {
        const response = await fetch(`${url}/api/apps/public/${this.id}/run`, {
            method: 'POST',
            headers: { 'Content-Type': 'application/json' },
            body: JSON.stringify({ code, args }),
        });
        const text = await response.text();
        if (response.status !== 200) throw new Error(`The probe answered ${response.status}: ${text.slice(0, 300)}`);
        const answer = JSON.parse(text);
        if (answer.error) throw new ProbeError(answer.error.message, answer.error.name, answer.error.keys);
        return decode(answer.result) as T;
    }

    /** What the probe was told since it was constructed, or since `forget`. */
    async events(name?: string, url = this.admin.url): Promise<Seen[]> {
        const seen: Seen[] = await (await fetch(`${url}/api/apps/public/${this.id}/events`)).json() as Seen[];
        return seen
            .filter(({ event }) => !name || event === name)
            .map(({ event, payload, context, at }) => ({ event, payload: decode(payload), context: decode(context), at }));
    }

    /** Waits for an event that fits. */
    event(name: string, fits: (payload: any) => boolean = () => true, patience?: Patience): Promise<Seen> {
        return eventually(async () => (await this.events(name)).find(({ payload }) => fits(payload)), { what: `an event ${name}`, ...patience });
    }

    async forget(): Promise<void> {
        await fetch(`${this.admin.url}/api/apps/public/${this.id}/events`, { method: 'DELETE' });
    }

    /** Sets what the handler of an event does from now on. */
    async on(event: string, code: string): Promise<void> {
        await fetch(`${this.admin.url}/api/apps/public/${this.id}/scripts`, {
            method: 'POST',
            headers: { 'Content-Type': 'application/json' },
            body: JSON.stringify({ [event]: code }),
        });
    }

    async setStatus(status: 'manually_enabled' | 'manually_disabled'): Promise<void> {
        await this.admin.post(`apps/${this.id}/status`, { status });
    }

    async remove(): Promise<void> {
        await this.admin.delete(`apps/${this.id}`);
    }

    /** Endpoints as the server lists them; `computedPath` holds the private hash. */
    async apis(): Promise<{ path: string; computedPath: string; methods: string[] }[]> {
        return (await this.admin.get(`apps/${this.id}/apis`)).apis;
    }
}

/** What code in the sandbox threw; of a bridge's error only the message arrives there. */
export class ProbeError extends Error {
    constructor(
        message: string,
        readonly errorName: string,
        readonly keys: string[],
    ) {
        super(message);
    }
}

/** Undoes the probe's `encode`. */
function decode(value: any): unknown {
    if (Array.isArray(value)) return value.map(decode);
    if (value === null || typeof value !== 'object') return value;
    if (value.$undefined) return undefined;
    if ('$date' in value) return new Date(value.$date);
    if ('$buffer' in value) return Buffer.from(value.$buffer, 'base64');
    if ('$number' in value) return Number(value.$number);
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, decode(item)]));
}
