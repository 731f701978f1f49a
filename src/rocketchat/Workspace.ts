import type { WorkspaceToken } from '../config/BridgeConfig';
import { BridgeError } from '../errors/BridgeError';
import type { RcMessageId, RcUserId } from '../ids/types';

/**
 * One request to the REST API of the workspace.
 * @param endpoint below `/api/v1/`
 * @returns the answer, whatever its status
 * @throws BridgeError when there is none
 */
export type WorkspaceRequest = (method: 'GET' | 'POST', endpoint: string, as: WorkspaceToken, body?: object) => Promise<{ status: number; answer: Record<string, unknown> }>;

/** Values of HTTP headers; an id of a user and a token are of these. */
const SENDABLE = /^[\x21-\x7e]{1,255}$/;
/** An event that has not come after this many milliseconds does not come. */
const ECHO_LIFE_MS = 60_000;

/** What no accessor of the engine offers, done through the REST API with the token of a user. Without a token it can do nothing. */
export class Workspace {
    /** Pins that were made here and whose events may still come, with the time at which they are forgotten. */
    private readonly made = new Map<string, number>();

    /** @param token as it is in the settings now */
    constructor(private readonly token: () => WorkspaceToken | undefined, private readonly request: WorkspaceRequest) {}

    /** Whose token it is; undefined while there is none. */
    public get user(): RcUserId | undefined {
        return this.usable()?.userId as RcUserId | undefined;
    }

    /**
     * Whether the token is good (server: `GET /api/v1/me`).
     * @returns the name of its user; undefined when nothing is entered
     * @throws BridgeError with the reason, when it cannot be used
     */
    public async whoAmI(): Promise<string | undefined> {
        if (!this.token()) {
            return undefined;
        }
        const { username } = await this.call('GET', 'me');
        return String(username);
    }

    /**
     * Pins or unpins (server: `POST /api/v1/chat.pinMessage`, `chat.unPinMessage`): the user needs the right `pin-message`, and must be a
     * member of the room. What is so already stays so.
     * @throws BridgeError when the server refuses it
     */
    public async pin(message: RcMessageId, on: boolean): Promise<void> {
        const echo = echoOf(message, on);
        this.made.set(echo, Date.now() + ECHO_LIFE_MS);
        try {
            await this.call('POST', on ? 'chat.pinMessage' : 'chat.unPinMessage', { messageId: message });
        } catch (error) {
            this.made.delete(echo);
            throw error;
        }
    }

    /** @returns true once for each pin that was made here: its event is not one of the person whose token it is */
    public isEcho(message: RcMessageId, user: RcUserId, on: boolean): boolean {
        const now = Date.now();
        for (const [echo, until] of Array.from(this.made)) {
            if (until < now) {
                this.made.delete(echo);
            }
        }
        return user === this.user && this.made.delete(echoOf(message, on));
    }

    private usable(): WorkspaceToken | undefined {
        const token = this.token();
        return token && SENDABLE.test(token.userId) && SENDABLE.test(token.token) ? token : undefined;
    }

    private async call(method: 'GET' | 'POST', endpoint: string, body?: object): Promise<Record<string, unknown>> {
        const token = this.usable();
        if (!token) {
            throw refused('The workspace token needs both a user id and a token.', 'incomplete');
        }
        const { status, answer } = await this.request(method, endpoint, token, body);
        if (status === 401) {
            throw refused('Rocket.Chat does not accept the workspace token.', `${endpoint}: status 401`);
        }
        if (status !== 200 || answer.success === false) {
            const reason = [answer.error, answer.message].find((text) => typeof text === 'string') || `status ${status}`;
            throw refused('Rocket.Chat refuses this to the user of the workspace token.', `${endpoint}: ${String(reason).slice(0, 200)}`);
        }
        return answer;
    }
}

const echoOf = (message: RcMessageId, on: boolean): string => `${on ? '+' : '-'}${message}`;

const refused = (userMessage: string, detail: string): BridgeError =>
    new BridgeError({ code: 'rocketchat.workspaceToken', userMessage, retriable: false, certain: true, detail });
