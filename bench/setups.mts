/** The four set-ups that are measured side by side. Each is built, measured both ways through public doors, torn down. */
import { bareApp, bareAppId } from './bareApp.mts';
import { bareRegistration, startBareService } from './bareSdk.mts';
import { Arrivals, measure, type Figures } from './measure.mts';
import { StubHomeserver } from './stubHomeserver.mts';
import { BridgeApp, setting } from '../test/support/app.mts';
import { eventually, unique } from '../test/support/eventually.mts';
import { startHomeserver } from '../test/support/homeserver.mts';
import { Matrix } from '../test/support/matrix.mts';
import { Realtime } from '../test/support/realtime.mts';
import { RocketChat, type RcRoom } from '../test/support/rocketchat.mts';
import { startWorkspace, type Workspace } from '../test/support/workspace.mts';
import { freePort } from '../workspace/process/ports.mts';

export interface Size {
    rooms: number;
    messages: number;
    singles: number;
}

export interface BothWays {
    outward: Figures;
    inward: Figures;
}

const password = 'the-password-of-the-bench';

interface Ground {
    workspace: Workspace;
    admin: RocketChat;
    writer: RocketChat;
    rooms: RcRoom[];
    /** Hears every message of the rooms, as a client of Rocket.Chat does. */
    heard: Arrivals;
}

/** A workspace with a writer in some channels, each followed through the realtime API. */
const withGround = async (size: Size, use: (ground: Ground) => Promise<BothWays>): Promise<BothWays> => {
    const workspace = await startWorkspace({});
    let realtime: Realtime | undefined;
    try {
        const admin = await RocketChat.login(workspace.url, workspace.admin.username, workspace.admin.password);
        await admin.createUser({ username: 'writer', name: 'Writer', password });
        const writer = await RocketChat.login(workspace.url, 'writer', password);
        realtime = await Realtime.open(workspace.url, writer.token);
        const heard = new Arrivals();
        const rooms: RcRoom[] = [];
        for (let index = 0; index < size.rooms; index++) {
            const room = await writer.createRoom('c', unique('bench'));
            await realtime.follow('stream-room-messages', room._id, (message) => heard.note(message.msg));
            rooms.push(room);
        }
        const result = await use({ workspace, admin, writer, rooms, heard });
        writer.close();
        return result;
    } finally {
        realtime?.close();
        await workspace.stop();
    }
};

/** A bare app in the real engine: one `IHttp` call per hook outward, one endpoint call and one message inward. */
export const engineFloor = async (size: Size): Promise<BothWays> => {
    const stub = await StubHomeserver.start();
    try {
        return await withGround(size, async ({ workspace, admin, writer, rooms, heard }) => {
            const left = new Arrivals();
            stub.onMessage = left.note;
            const roomId = await (await fetch(`${stub.url}/_matrix/client/v3/createRoom`, { method: 'POST', body: '{}' })).json().then((answer: any) => answer.room_id);
            const { zip, permissions } = bareApp(`${stub.url}/_matrix/client/v3/rooms/${encodeURIComponent(roomId)}/send/m.room.message/`);
            const form = new FormData();
            form.append('app', new Blob([new Uint8Array(zip)]), 'bare.zip');
            form.append('permissions', JSON.stringify(permissions));
            await admin.post('apps', form);
            const sender = await eventually(() => admin.user('bare-app.bot'), { what: 'the user of the bare app' });
            const endpoint = `${workspace.url}/api/apps/public/${bareAppId}/in`;
            const receive = async (room: RcRoom, text: string): Promise<void> => {
                const body = JSON.stringify({ room: room._id, sender: sender._id, text });
                const answer = await fetch(endpoint, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body });
                await answer.arrayBuffer();
            };
            return {
                outward: await measure({ ...size, rooms, send: (room, text) => writer.send(room, text), arrivals: left }),
                inward: await measure({ ...size, rooms, send: receive, arrivals: heard }),
            };
        });
    } finally {
        await stub.stop();
    }
};

/** The bridge, packaged as it is shipped, installed and aimed at a homeserver; every room bridged. */
const connectBridge = async (
    { admin, writer, rooms }: Ground,
    zip: string,
    homeserver: { url: string; serverName: string },
    load: (yaml: string, app: BridgeApp) => Promise<void>,
): Promise<string[]> => {
    const app = await BridgeApp.deploy(admin, zip);
    await app.change({ [setting.homeserverUrl]: homeserver.url, [setting.domain]: homeserver.serverName });
    await load(await app.registration(homeserver.serverName.replaceAll('.', '\\.')), app);
    await app.change({ [setting.enabled]: true });
    const aliases: string[] = [];
    for (const room of rooms) {
        const alias = `#rc_${room.name}:${homeserver.serverName}`;
        const answer = await writer.run(room, '/matrix bridge');
        if (!answer.includes(alias)) {
            throw new Error(`/matrix bridge: ${answer}`);
        }
        aliases.push(alias);
    }
    return aliases;
};

export const bridgeWithStub = async (size: Size, zip: string): Promise<BothWays> => {
    const stub = await StubHomeserver.start();
    try {
        return await withGround(size, async (ground) => {
            const { writer, rooms, heard } = ground;
            const aliases = await connectBridge(ground, zip, stub, async (_yaml, app) => {
                const url = (await app.endpoint('')).replace(/\/$/, '');
                stub.register(url, await app.setting(setting.hsToken), await app.setting(setting.localpart));
            });
            const left = new Arrivals();
            stub.onMessage = left.note;
            const person = `@person:${stub.serverName}`;
            const idOf = new Map(rooms.map((room, index) => [room, stub.roomOf(aliases[index]) as string]));
            idOf.forEach((roomId) => stub.push({ type: 'm.room.member', room_id: roomId, sender: person, state_key: person, content: { membership: 'join', displayname: 'Person' } }));
            const receive = async (room: RcRoom, text: string): Promise<void> =>
                stub.push({ type: 'm.room.message', room_id: idOf.get(room) as string, sender: person, content: { msgtype: 'm.text', body: text } });
            return {
                outward: await measure({ ...size, rooms, send: (room, text) => writer.send(room, text), arrivals: left }),
                inward: await measure({ ...size, rooms, send: receive, arrivals: heard }),
            };
        });
    } finally {
        await stub.stop();
    }
};

/** Hears the messages of a Matrix user's rooms by `/sync`, as every Matrix client does. */
const follow = (person: Matrix, arrivals: Arrivals): (() => void) => {
    let ended = false;
    const loop = async (): Promise<void> => {
        const filter = JSON.stringify({ presence: { types: [] }, room: { timeline: { limit: 100 }, ephemeral: { types: [] } } });
        let since = '';
        while (!ended) {
            const sync = await person.request('GET', 'v3/sync', undefined, { filter, timeout: since ? 5_000 : 0, ...(since && { since }) });
            since = sync.next_batch;
            Object.values<any>(sync.rooms?.join ?? {}).forEach((room) => room.timeline.events.forEach((event: any) => arrivals.note(String(event.content?.body))));
        }
    };
    loop().catch((error) => {
        if (!ended) {
            throw error;
        }
    });
    return () => {
        ended = true;
    };
};

/** The bridge with a real Synapse; then, with the same Synapse, a bare service of matrix-bot-sdk instead of the bridge. */
export const withSynapse = async (size: Size, zip: string): Promise<{ bridge: BothWays; floor: BothWays }> => {
    let floor: BothWays | undefined;
    const bridge = await withGround(size, async (ground) => {
        const { writer, rooms, heard } = ground;
        let aliases: string[] = [];
        const app: { homeserver?: Awaited<ReturnType<typeof startHomeserver>> } = {};
        try {
            const deployed = await BridgeApp.deploy(ground.admin, zip);
            app.homeserver = await startHomeserver({
                registration: async (url, serverName) => {
                    await deployed.change({ [setting.homeserverUrl]: url, [setting.domain]: serverName });
                    return deployed.registration(serverName.replaceAll('.', '\\.'));
                },
            });
            aliases = await connectBridge(ground, zip, app.homeserver, async () => undefined);
            const { userId, accessToken } = await app.homeserver.createUser('person', password);
            const person = new Matrix(app.homeserver.url, userId, accessToken);
            const left = new Arrivals();
            const idOf = new Map<RcRoom, string>();
            for (const [index, room] of rooms.entries()) {
                idOf.set(room, await person.join(aliases[index]));
            }
            const end = follow(person, left);
            const figures = {
                outward: await measure({ ...size, rooms, send: (room, text) => writer.send(room, text), arrivals: left }),
                inward: await measure({ ...size, rooms, send: (room, text) => person.sendText(idOf.get(room) as string, text), arrivals: heard }),
            };
            end();
            floor = await homeserverFloor(size, app.homeserver, person);
            return figures;
        } finally {
            await app.homeserver?.stop();
        }
    });
    return { bridge, floor: floor as BothWays };
};

const homeserverFloor = async (size: Size, homeserver: Awaited<ReturnType<typeof startHomeserver>>, before: Matrix): Promise<BothWays> => {
    const port = await freePort();
    await homeserver.restart(JSON.stringify(bareRegistration(port)));
    const service = await startBareService(homeserver.url, homeserver.serverName, port);
    const person = await Matrix.login(homeserver.url, before.userId, password);
    try {
        const rooms: string[] = [];
        for (let index = 0; index < size.rooms; index++) {
            rooms.push(await person.join(await service.createRoom(person.userId)));
        }
        const [left, heard] = [new Arrivals(), new Arrivals()];
        service.onMessage = heard.note;
        const end = follow(person, left);
        const figures = {
            outward: await measure({ ...size, rooms, send: (room, text) => service.send(room, text), arrivals: left }),
            inward: await measure({ ...size, rooms, send: (room, text) => person.sendText(room, text), arrivals: heard }),
        };
        end();
        return figures;
    } finally {
        await service.stop();
    }
};
