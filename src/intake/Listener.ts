import type { ListenerConfig } from '../config/BridgeConfig';
import type { Answer } from '../endpoints/MatrixEndpoint';
import type { Log } from '../errors/Log';
import type { HttpRequest, HttpResponse, HttpServer } from './http';
import { createServer } from './http';

/** Answers a request whose body is read only when it is asked for: strangers are refused before. Never throws. */
export type Serve = (method: string, target: string, headers: Record<string, string>, body: () => Promise<string>) => Promise<Answer>;

/** While another process has the port: an update starts the new process before the old one has ended. */
const RETRY_MS = 2_000;
/** A homeserver sends a transaction in one go. */
const BODY_PATIENCE_MS = 30_000;

/** The body is larger than allowed. */
export class TooLarge extends Error {}

const codeOf = (error: unknown): string => String((error as { code?: unknown }).code || (error instanceof Error ? error.message : error));

/**
 * The intake on a port of the app's own, inside the sandbox: it has neither the limit of 100 kB of Rocket.Chat's HTTP server
 * (`express.json()`), nor the engine's transport behind it, which a key `__proto__` or more than 100 levels break.
 */
export class Listener {
    private wanted?: ListenerConfig;
    private server?: HttpServer;
    private open = false;
    private failed?: string;
    private retry?: ReturnType<typeof setTimeout>;

    /** @param changed told when the port was opened, or could not be */
    constructor(private readonly serve: Serve, private readonly log: Log, private readonly changed: () => void = () => undefined) {}

    /** @returns why the port is not open, in words */
    public get problem(): string | undefined {
        return this.wanted && !this.open ? this.failed || 'it is being opened' : undefined;
    }

    /** Listens as the configuration says; without one it does not. The same one again changes nothing. */
    public use(config: ListenerConfig | undefined): void {
        if (JSON.stringify(config) === JSON.stringify(this.wanted)) {
            return;
        }
        const samePort = config && this.open && this.wanted?.port === config.port;
        this.wanted = config;
        if (samePort) {
            return;
        }
        this.close();
        this.listen();
    }

    private listen(): void {
        const config = this.wanted;
        if (!config) {
            return;
        }
        const server = createServer((request, response) => {
            void this.handle(request, response);
        });
        this.server = server;
        server.on('error', (error) => this.refused(server, config.port, codeOf(error)));
        try {
            server.listen(config.port, '0.0.0.0', () => {
                if (this.server === server) {
                    this.open = true;
                    this.failed = undefined;
                    this.log.info(`The bridge listens on port ${config.port}.`);
                    this.changed();
                }
            });
        } catch (error) {
            this.refused(server, config.port, codeOf(error));
        }
    }

    private refused(server: HttpServer, port: number, why: string): void {
        if (this.server !== server) {
            return;
        }
        const inUse = /EADDRINUSE|AddrInUse|address already in use/i.test(why);
        const reason = inUse ? 'another program uses it' : why.slice(0, 200);
        if (this.failed !== reason) {
            this.failed = reason;
            this.log.error(`The bridge cannot listen on port ${port}: ${reason}`);
            this.changed();
        }
        this.open = false;
        this.retry = setTimeout(() => this.listen(), RETRY_MS);
    }

    private close(): void {
        clearTimeout(this.retry);
        const { server } = this;
        this.server = undefined;
        this.open = false;
        this.failed = undefined;
        try {
            server?.close();
            // The homeserver keeps its connection, which would keep the port.
            server?.closeAllConnections?.();
        } catch {
            // It was never open.
        }
    }

    private async handle(request: HttpRequest, response: HttpResponse): Promise<void> {
        let answer: Answer;
        // The sandbox's `request.complete` never says so (Deno).
        let isUnread = false;
        try {
            const headers: Record<string, string> = {};
            for (const [name, value] of Object.entries(request.headers)) {
                headers[name.toLowerCase()] = Array.isArray(value) ? value.join(', ') : String(value);
            }
            const maxBytes = this.wanted?.maxBytes || 0;
            isUnread = Boolean(headers['transfer-encoding']) || Number(headers['content-length'] || 0) !== 0;
            const body = async (): Promise<string> => {
                const text = await bodyOf(request, Number(headers['content-length']), maxBytes);
                isUnread = false;
                return text;
            };
            answer = await this.serve(String(request.method), String(request.url), headers, body);
        } catch (error) {
            this.log.error('A request on the own port failed', error);
            answer = { status: 500, content: { errcode: 'M_UNKNOWN', error: 'The bridge had an internal error.' } };
        }
        const body = Buffer.from(JSON.stringify(answer.content || {}), 'utf8');
        response.writeHead(answer.status, { 'Content-Type': 'application/json', 'Content-Length': body.length, ...(isUnread && { Connection: 'close' }) });
        response.end(body);
    }
}

/** @throws TooLarge, and when the sender stops in the middle */
function bodyOf(request: HttpRequest, announced: number, maxBytes: number): Promise<string> {
    return new Promise((resolve, reject) => {
        if (announced > maxBytes) {
            reject(new TooLarge());
            return;
        }
        const chunks: Buffer[] = [];
        let size = 0;
        const timer = setTimeout(() => reject(new Error('the body did not come')), BODY_PATIENCE_MS);
        const end = (settle: () => void): void => {
            clearTimeout(timer);
            settle();
        };
        request.on('data', (chunk: Buffer) => {
            size += chunk.length;
            if (size > maxBytes) {
                chunks.length = 0;
                end(() => reject(new TooLarge()));
            } else {
                chunks.push(chunk);
            }
        });
        request.on('end', () => end(() => resolve(Buffer.concat(chunks).toString('utf8'))));
        request.on('error', (error) => end(() => reject(error)));
    });
}
