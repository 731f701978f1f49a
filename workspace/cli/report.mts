import type { Running } from './state.mts';

/** What the terminal says when all is ready: where to look, how to log in, how to end it. */
export function readyText(running: Running, dataDir: string, seconds: number): string {
    const { rocketchat, homeserver } = running;
    const people = [rocketchat.admin, ...rocketchat.users].map(({ username, password }) => `    ${username.padEnd(24)} ${password}`);
    const strangers = homeserver.users.map(({ userId, password }) => `    ${userId.padEnd(24)} ${password}`);
    const room = rocketchat.room && homeserver.room ? [`  Bridged room             #${rocketchat.room.name}  =  ${homeserver.room.alias}`, ''] : [];
    return [
        '',
        `Ready after ${seconds.toFixed(1)} s. Both sides on one page:  ${rocketchat.url}`,
        '',
        `  Rocket.Chat workspace    ${rocketchat.url}  (REST under /api/v1, realtime under /websocket)`,
        '    username                 password',
        ...people,
        '',
        `  Matrix (${homeserver.kind})`.padEnd(26) + ` ${homeserver.url}  (server name ${homeserver.serverName}; any Matrix client)`,
        ...(strangers.length > 0 ? ['    user                     password', ...strangers] : ['    no demo users: make some with the shared secret of its configuration']),
        '',
        ...room,
        `  Data, logs               ${dataDir}`,
        '  Ctrl-C ends everything.',
        '',
    ].join('\n');
}
