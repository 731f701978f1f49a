/**
 * What one person alone is told: ephemeral messages (`stream-notify-user` `<user id>/message`) over Rocket.Chat's
 * realtime API, as far as that needs DDP.
 */
import WebSocket from 'ws';

export interface Whisper {
    rid: string;
    msg: string;
    [field: string]: any;
}

export class Whispers {
    readonly heard: Whisper[] = [];

    private constructor(private readonly socket: WebSocket) {}

    /** Connects, logs in with a login token and subscribes. */
    static open(url: string, userId: string, token: string): Promise<Whispers> {
        const socket = new WebSocket(`${url.replace(/^http/, 'ws')}/websocket`);
        const whispers = new Whispers(socket);
        const send = (message: object): void => socket.send(JSON.stringify(message));
        return new Promise((resolve, reject) => {
            const fail = (reason: string): void => {
                socket.close();
                reject(new Error(`Realtime API: ${reason}`));
            };
            socket.on('error', (error) => fail(error.message));
            socket.on('open', () => send({ msg: 'connect', version: '1', support: ['1'] }));
            socket.on('message', (data) => {
                const message = JSON.parse(String(data));
                switch (message.msg) {
                    case 'ping':
                        return send({ msg: 'pong', ...(message.id && { id: message.id }) });
                    case 'connected':
                        return send({ msg: 'method', method: 'login', id: 'login', params: [{ resume: token }] });
                    case 'result':
                        if (message.error) {
                            return fail(message.error.message ?? JSON.stringify(message.error));
                        }
                        return send({ msg: 'sub', id: 'whispers', name: 'stream-notify-user', params: [`${userId}/message`, { useCollection: false, args: [] }] });
                    case 'ready':
                        return resolve(whispers);
                    case 'nosub':
                        return fail(message.error?.message ?? 'subscription refused');
                    case 'changed':
                        if (message.fields?.eventName === `${userId}/message`) {
                            whispers.heard.push(...message.fields.args);
                        }
                }
            });
        });
    }

    close(): void {
        this.socket.close();
    }
}
