import type { RunningHomeserver } from '../homeserver/index.mts';
import { PlainError } from '../process/PlainError.mts';
import type { Rest } from './rest.mts';
import { eventually, logInToRocketChat, matrixAs } from './rest.mts';
import type { Demo, LocalLogin, MatrixLogin } from './state.mts';
import { password } from './state.mts';

const ROOM = 'welcome';
const LOCALS = [
    { username: 'alice', name: 'Alice Adams' },
    { username: 'bob', name: 'Bob Brown' },
];
const STRANGERS = [
    { username: 'carol', name: 'Carol Clark' },
    { username: 'dave', name: 'Dave Dunn' },
];

async function makeLocals(admin: Rest): Promise<LocalLogin[]> {
    const users = [];
    for (const { username, name } of LOCALS) {
        const user = { username, password: password() };
        const found = await admin.ask('GET', `/v1/users.info?username=${username}`);
        if (found.status === 200 && found.body.success) {
            await admin.post('/v1/users.update', { userId: found.body.user._id, data: { password: user.password } });
        } else {
            const extra = { verified: true, joinDefaultChannels: false, requirePasswordChange: false };
            await admin.post('/v1/users.create', { ...user, name, email: `${username}@example.org`, ...extra });
        }
        users.push(user);
    }
    return users;
}

async function makeStrangers(homeserver: RunningHomeserver): Promise<(MatrixLogin & { as: Rest })[]> {
    const users = [];
    for (const { username, name } of STRANGERS) {
        // An account that an interrupted start left has a password that nobody knows: take the next name.
        for (let number = 1; ; number++) {
            const secret = password();
            const account = await homeserver.createUser(number === 1 ? username : `${username}${number}`, secret).catch((error: unknown) => {
                if (number < 5 && error instanceof PlainError) {
                    return undefined;
                }
                throw error;
            });
            if (account) {
                const as = matrixAs(homeserver.url, account.accessToken);
                await as.call('PUT', `/_matrix/client/v3/profile/${encodeURIComponent(account.userId)}/displayname`, { displayname: name });
                users.push({ userId: account.userId, password: secret, as });
                break;
            }
        }
    }
    return users;
}

/** The channel of the demo, with both local people in it. @returns its id */
async function makeChannel(owner: Rest): Promise<string> {
    const found = await owner.ask('GET', `/v1/channels.info?roomName=${ROOM}`);
    if (found.status === 200 && found.body.success) {
        return found.body.channel._id as string;
    }
    const { channel } = await owner.post('/v1/channels.create', { name: ROOM, members: LOCALS.slice(1).map(({ username }) => username) });
    await owner.post('/v1/channels.setTopic', { roomId: channel._id, topic: 'Where Rocket.Chat and Matrix meet' });
    return channel._id as string;
}

/** Types a command into the room, as a person does. Its answer is whispered to that person and seen by its effect here. */
const type = (person: Rest, roomId: string, command: string, params: string) => person.post('/v1/commands.run', { command, params, roomId });

async function say(roomId: string, owner: Rest, stranger: Rest, matrixRoomId: string): Promise<void> {
    await owner.post('/v1/chat.postMessage', { roomId, text: 'Welcome! This channel is a Matrix room as well: write on either side.' });
    const path = `/_matrix/client/v3/rooms/${encodeURIComponent(matrixRoomId)}/send/m.room.message/demo-${Date.now()}`;
    await stranger.call('PUT', path, { msgtype: 'm.text', body: 'Hello from Matrix! I see you as if you were on my own server.' });
}

/**
 * Makes people on both sides and a federated room, through public doors only: the bridge is told by `/matrix bridge` and
 * `/matrix invite`, and the Matrix people join as any Matrix client would.
 * @throws PlainError when a step fails, with what to look at
 */
export async function makeDemo(workspaceUrl: string, admin: Rest, homeserver: RunningHomeserver): Promise<Demo> {
    const locals = await makeLocals(admin);
    const strangers = await makeStrangers(homeserver);
    const alice = await logInToRocketChat(workspaceUrl, locals[0].username, locals[0].password);
    const roomId = await makeChannel(alice);
    await type(alice, roomId, 'matrix', 'bridge');
    const alias = `#rc_${ROOM}:${homeserver.serverName}`;
    const matrixRoomId = await eventually(async () => {
        const answer = await strangers[0].as.ask('GET', `/_matrix/client/v3/directory/room/${encodeURIComponent(alias)}`);
        return answer.status === 200 ? (answer.body.room_id as string) : undefined;
    }, 20_000);
    if (!matrixRoomId) {
        throw new PlainError(`"/matrix bridge" in #${ROOM} made no Matrix room ${alias}: type /matrix status there as admin to see why.`);
    }
    for (const { userId, as } of strangers) {
        await type(alice, roomId, 'matrix', `invite ${userId}`);
        await eventually(async () => {
            const answer = await as.ask('POST', `/_matrix/client/v3/join/${encodeURIComponent(alias)}`, {});
            return answer.status === 200 ? true : undefined;
        }, 10_000);
    }
    await eventually(async () => {
        const { members } = await alice.get(`/v1/channels.members?roomId=${roomId}&count=50`);
        return members.length >= LOCALS.length + strangers.length ? true : undefined;
    }, 10_000);
    await say(roomId, alice, strangers[0].as, matrixRoomId);
    return {
        rocketchat: { users: locals, room: { id: roomId, name: ROOM } },
        homeserver: { users: strangers.map(({ userId, password: secret }) => ({ userId, password: secret })), room: { id: matrixRoomId, alias } },
    };
}
