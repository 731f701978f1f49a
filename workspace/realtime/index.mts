import type { Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';
import type { AppsHost, Domain } from '../server/contract.mts';
import { Connection } from './Connection.mts';
import { forwardNotices } from './streams.mts';

const sockjsPath = /^\/sockjs\/[^/]+\/[^/]+\/websocket\/?$/;

/**
 * Rocket.Chat's realtime API on an HTTP server: DDP over `/websocket` (what the official clients use) and over SockJS'
 * WebSocket transport, `/sockjs/<server>/<session>/websocket` (what Meteor's own client uses).
 * @param instance the instance on which the clients' actions happen
 * @returns ends it: closes every connection, which takes the users offline
 */
export function attachRealtime(server: Server, domain: Domain, apps: AppsHost, instance = 0): () => Promise<void> {
    const sockets = new WebSocketServer({ noServer: true });
    const connections = new Map<WebSocket, Connection>();
    const stop = forwardNotices(domain, () => connections.values());

    const open = (socket: WebSocket, sockjs: boolean) => {
        const frame = (text: string) => (sockjs ? `a${JSON.stringify([text])}` : text);
        if (sockjs) socket.send('o');
        const wire = { send: (text: string) => socket.readyState === socket.OPEN && socket.send(frame(text)), close: () => socket.close() };
        const connection = new Connection(wire, domain, apps);
        connections.set(socket, connection);
        socket.on('message', (data) => {
            for (const text of sockjs ? unframe(String(data)) : [String(data)]) void domain.runOnInstance(instance, () => connection.receive(text));
        });
        socket.on('close', () => {
            connections.delete(socket);
            void connection.end();
        });
        socket.on('error', () => socket.terminate());
    };

    const upgrade = (request: { url?: string }, socket: Duplex, head: Buffer) => {
        const path = (request.url ?? '').split('?')[0];
        const sockjs = sockjsPath.test(path);
        if (!sockjs && path.replace(/\/$/, '') !== '/websocket') return;
        sockets.handleUpgrade(request as never, socket, head, (accepted) => open(accepted, sockjs));
    };
    server.on('upgrade', upgrade);

    return async () => {
        server.off('upgrade', upgrade);
        stop();
        const ended = [...connections.values()].map((connection) => connection.end());
        for (const socket of connections.keys()) socket.terminate();
        connections.clear();
        await Promise.all(ended);
    };
}

/** Messages in a SockJS frame: a JSON list of texts, or one text. */
function unframe(data: string): string[] {
    try {
        const parsed: unknown = JSON.parse(data);
        return Array.isArray(parsed) ? parsed.map(String) : [String(parsed)];
    } catch {
        return [];
    }
}
