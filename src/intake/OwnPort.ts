import type { IHttp } from '@rocket.chat/apps-engine/definition/accessors';
import type { IApp } from '@rocket.chat/apps-engine/definition/IApp';
import type { AdminNotices } from '../bridge/status/AdminNotices';
import type { Finding } from '../bridge/status/Health';
import type { BridgeConfig } from '../config/BridgeConfig';
import { matrixEndpoints, pingPath } from '../endpoints/index';
import type { EndpointHost } from '../endpoints/MatrixEndpoint';
import { NO_TOKEN } from '../endpoints/MatrixEndpoint';
import { Listener } from './Listener';
import { routes } from './routes';

const NOTICE = 'own-port';
/** As long as a call before the app is enabled waits. */
const DOOR_PATIENCE_MS = 10_000;
/** The engine lets requests through only after `onEnable` has returned. */
const AFTER_ENABLE_MS = 1_500;
/** A port can be busy for a moment: the process before this one ends. */
const GRACE_MS = 10_000;

/** So long an answer of whatever has the port is waited for. */
const ASK_MS = 2_000;

/** What the own port needs of the app. */
export interface PortHost extends EndpointHost {
    /** Whether all accessors are there. */
    complete(): boolean;
    http(): IHttp;
    /** Base of the app's private API, seen from the workspace itself. */
    privateApi(): Promise<string | undefined>;
}

const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => { setTimeout(resolve, milliseconds); });

/** Which way the homeserver's pushes come in: by the private API, or by a port of the app's own when "Bridge URL" names one. */
export class OwnPort {
    private readonly listener: Listener;
    private config?: BridgeConfig;
    private knocking?: Promise<void>;
    private failing?: ReturnType<typeof setTimeout>;
    /** Another instance of the server on this machine has the port. */
    private isShared = false;

    constructor(app: IApp, private readonly host: PortHost, private readonly notices: Pick<AdminNotices, 'begins' | 'over'>, private readonly graceMs = GRACE_MS) {
        const serve = routes(matrixEndpoints(app, () => host), () => host, () => this.config?.listener?.basePath || '', () => this.enter());
        this.listener = new Listener(serve, host.log, () => this.changed());
    }

    /** @param config undefined while the app is disabled or its settings are wrong */
    public use(config: BridgeConfig | undefined): void {
        this.config = config;
        this.listener.use(config?.listener);
        if (config?.listener && !this.host.complete()) {
            void pause(AFTER_ENABLE_MS).then(() => this.ownDoor());
        }
    }

    /** For the status: the intake in use, and what it risks. */
    public findings(): Finding[] {
        const { listener, bridgeUrl } = this.config || {};
        if (!listener) {
            return [{ good: true, text: 'Intake: Rocket.Chat\'s private API. A transaction over 100 kB, a key `__proto__` or more than 100 levels in an event jam it, and '
                + 'anybody in a bridged room can write such an event. An own port has no such limits: set "Bridge URL" to an http address with a port, see the guide.' }];
        }
        const { problem } = this.listener;
        if (problem && this.isShared) {
            return [{ good: true, text: `Intake: port ${listener.port} of the app's own. Another instance of Rocket.Chat on this machine has it, and takes what comes.` }];
        }
        return [problem
            ? { good: false, text: `Intake: port ${listener.port} of the app's own (${bridgeUrl}), but it cannot be opened: ${problem}. Free it, or set another port in "Bridge URL".` }
            : { good: true, text: `Intake: port ${listener.port} of the app's own, for transactions up to ${listener.maxBytes / 1_000_000} MB. It must be reached by the homeserver only.` }];
    }

    /** Why nothing may come in although the homeserver is there, and what to do, in words. */
    public advice(): string {
        const { listener } = this.config || {};
        return listener
            ? `Either it does not reach port ${listener.port} of the app any more, or it holds a transaction over the limit of ${listener.maxBytes / 1_000_000} MB and repeats it for ever: `
                + 'to bring that in, raise "Largest transaction" in the settings of the app.'
            : 'Most likely it holds a transaction that Rocket.Chat cannot pass on to the bridge (over 100 kB, or with an event that has a key `__proto__` or more than 100 levels) and '
                + 'repeats it for ever. To bring it in, set "Bridge URL" in the settings of the app to an http address with a port of its own (such as http://rocketchat.internal:9006), '
                + 'give the homeserver the new registration and restart it.';
    }

    private changed(): void {
        clearTimeout(this.failing);
        this.isShared = false;
        const port = this.config?.listener?.port;
        if (!this.listener.problem) {
            void this.notices.over(NOTICE, `The Matrix bridge listens on port ${port} now.`);
            return;
        }
        this.failing = setTimeout(() => void this.tell(port), this.graceMs);
    }

    private async tell(port?: number): Promise<void> {
        this.isShared = this.listener.problem !== undefined && (await this.isOurs());
        if (this.listener.problem && !this.isShared) {
            await this.notices.begins(NOTICE, `The Matrix bridge cannot listen on port ${port}, so nothing arrives from Matrix: ${this.listener.problem}. `
                + 'Free the port, or set another one in "Bridge URL" in the settings of the app.');
        }
    }

    /** Whether what has the port refuses a ping without a token as this app does. The token itself is shown to nobody. */
    private async isOurs(): Promise<boolean> {
        const { port, basePath } = this.config?.listener || {};
        try {
            const call = this.host.http().post(`http://127.0.0.1:${port}${basePath}/${pingPath}`, { headers: { 'Content-Type': 'application/json' }, content: '{}', timeout: ASK_MS, encoding: null });
            const answer = await Promise.race([call, pause(ASK_MS)]);
            // Bytes, although the type says text.
            return Boolean(answer && answer.statusCode === 401 && Buffer.from(answer.content || '').toString('utf8').includes(NO_TOKEN));
        } catch {
            return false;
        }
    }

    /** Requests on the own port bring no accessors. Right after a start the app fetches them through its private API. */
    private async enter(): Promise<void> {
        await this.host.enter({});
        if (!this.host.complete()) {
            this.knocking = this.knocking || this.ownDoor().then(() => { this.knocking = undefined; });
            await this.knocking;
        }
    }

    /** Calls the app's own endpoint: the engine gives each call of an endpoint the accessors that write. Never throws. */
    private async ownDoor(): Promise<void> {
        try {
            const base = this.host.complete() ? undefined : await this.host.privateApi();
            if (base) {
                const call = this.host.http().post(`${base}/${pingPath}`, { headers: { 'Authorization': `Bearer ${this.host.hsToken()}`, 'Content-Type': 'application/json' }, content: '{}' });
                await Promise.race([call, pause(DOOR_PATIENCE_MS)]);
            }
        } catch (error) {
            // A server that cannot reach itself: the next event or the heartbeat brings them.
            this.host.log.info(`The app could not call itself: ${error instanceof Error ? error.message : String(error)}`);
        }
    }
}
