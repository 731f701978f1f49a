/** A proxy of the test's own between two servers, which fails as networks and overloaded servers do. */
import { createServer, request as forward, type ClientRequest, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

export type Fault =
    /** An answer of the proxy's own, the other side sees nothing. */
    | { kind: 'answer'; status: number; headers?: Record<string, string>; body?: string }
    /** The connection is cut before the other side sees anything. */
    | { kind: 'reset' }
    /** No answer for so long (milliseconds), then cut; the other side sees nothing. */
    | { kind: 'hang'; ms: number }
    /** The other side does it, its answer is cut. */
    | { kind: 'cut' }
    /** The other side does it, its answer comes never. */
    | { kind: 'swallow'; ms: number };

export interface Passing {
    method: string;
    /** With the query. */
    path: string;
}

export class FaultProxy {
    /** Decides for each request: a fault, or nothing. */
    plan: (request: Passing) => Fault | undefined = () => undefined;
    /** Base URLs of the servers that get a request, all at once: the answer of the first one counts. The target without it. */
    route?: (request: Passing) => string[];
    /** Told of each answer of the other side, before it is passed on. */
    answered?: (request: Passing, status: number) => void;
    /** How often each fault was made, by its name: `429`, `reset`, … */
    readonly faults = new Map<string, number>();
    passed = 0;

    private readonly sockets = new Set<Socket>();

    private constructor(private readonly server: Server, private readonly target: URL) {
        server.on('connection', (socket: Socket) => {
            this.sockets.add(socket);
            socket.once('close', () => this.sockets.delete(socket));
        });
    }

    /** @param target base URL of the server behind it */
    static async before(target: string): Promise<FaultProxy> {
        const server = createServer((request, response) => void proxy.handle(request, response));
        const proxy = new FaultProxy(server, new URL(target));
        await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
        return proxy;
    }

    get url(): string {
        return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
    }

    /** How many faults were made. */
    get failed(): number {
        return [...this.faults.values()].reduce((all, one) => all + one, 0);
    }

    async close(): Promise<void> {
        for (const socket of this.sockets) {
            socket.destroy();
        }
        await new Promise((resolve) => { this.server.close(resolve); });
    }

    private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
        const passing = { method: String(request.method), path: String(request.url) };
        const chunks: Buffer[] = [];
        try {
            for await (const chunk of request) {
                chunks.push(chunk);
            }
        } catch {
            return;
        }
        const fault = this.plan(passing);
        if (fault) {
            const name = fault.kind === 'answer' ? `${fault.status}${fault.headers ? ' with Retry-After' : ''}` : fault.kind;
            this.faults.set(name, (this.faults.get(name) ?? 0) + 1);
        }
        switch (fault?.kind) {
            case 'answer':
                response.writeHead(fault.status, { 'Content-Type': 'application/json', ...fault.headers }).end(fault.body ?? '{}');
                return;
            case 'reset':
                request.socket.destroy();
                return;
            case 'hang':
                setTimeout(() => request.socket.destroy(), fault.ms).unref();
                return;
            default:
                this.pass(request, Buffer.concat(chunks), response, passing, fault);
        }
    }

    private pass(request: IncomingMessage, body: Buffer, response: ServerResponse, passing: Passing, fault?: Fault): void {
        const [target, ...others] = this.route ? this.route(passing).map((url) => new URL(url)) : [this.target];
        for (const other of others) {
            this.onward(other, request, body, (answer) => answer.resume()).once('error', () => undefined);
        }
        const onward = this.onward(target, request, body, (answer) => {
            const chunks: Buffer[] = [];
            answer.on('data', (chunk: Buffer) => chunks.push(chunk));
            answer.once('error', () => request.socket.destroy());
            answer.once('end', () => {
                this.passed += 1;
                this.answered?.(passing, answer.statusCode ?? 0);
                if (fault?.kind === 'cut') {
                    request.socket.destroy();
                } else if (fault?.kind === 'swallow') {
                    setTimeout(() => request.socket.destroy(), fault.ms).unref();
                } else {
                    const kept = Object.entries(answer.headers).filter(([name]) => name !== 'connection' && name !== 'transfer-encoding');
                    response.writeHead(answer.statusCode ?? 502, Object.fromEntries(kept)).end(Buffer.concat(chunks));
                }
            });
        });
        // Who is not there refuses the connection, or resets it: so does the proxy.
        onward.once('error', () => request.socket.destroy());
    }

    private onward(target: URL, given: IncomingMessage, body: Buffer, answered: (answer: IncomingMessage) => void): ClientRequest {
        const { hostname, port } = target;
        const headers = { ...given.headers, 'content-length': String(body.length), 'connection': 'close' };
        const request = forward({ hostname, port, method: given.method, path: given.url, headers, agent: false }, answered);
        request.end(body);
        return request;
    }
}
