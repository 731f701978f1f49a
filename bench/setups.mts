/** The set-ups that are measured side by side. Each is built, measured both ways through public doors, torn down. */
import { bareApp, bareAppId } from './bareApp.mts';
import { bareRegistration, startBareService } from './bareSdk.mts';
import { bridgeRooms, follow, installBridge, password, withGround, type BothWays, type Size } from './ground.mts';
import { Arrivals, measure } from './measure.mts';
import { StubHomeserver } from '../test/support/servers/stubHomeserver.mts';
import { setting } from '../test/support/apps/app.mts';
import { eventually } from '../test/support/eventually.mts';
import { startHomeserver, type StoryHomeserver } from '../test/support/servers/homeserver.mts';
import { Matrix } from '../test/support/clients/matrix.mts';
import type { RcRoom } from '../test/support/clients/rocketchat.mts';
import { freePort } from '../workspace/process/ports.mts';

export const withStub = async <T,>(use: (stub: StubHomeserver, left: Arrivals) => Promise<T>): Promise<T> => {
    const stub = await StubHomeserver.start();
    const left = new Arrivals();
    stub.onMessage = left.note;
    try {
        return await use(stub, left);
    } finally {
        await stub.stop();
    }
};

/** A bare app in the real engine: one `IHttp` call per hook outward, one endpoint call and one message inward. */
export const engineFloor = (size: Size, dataDir?: string): Promise<BothWays> =>
    withStub((stub, left) =>
        withGround(size, async ({ workspace, admin, writer, rooms, heard }) => {
            const { zip, permissions } = bareApp(`${stub.url}/_matrix/client/v3/rooms/${encodeURIComponent(stub.room())}/send/m.room.message/`);
            const form = new FormData();
            form.append('app', new Blob([new Uint8Array(zip)]), 'bare.zip');
            form.append('permissions', JSON.stringify(permissions));
            await admin.post('apps', form);
            const sender = await eventually(() => admin.user('bare-app.bot'), { what: 'the user of the bare app' });
            const receive = async (room: RcRoom, text: string): Promise<void> => {
                const answer = await fetch(`${workspace.url}/api/apps/public/${bareAppId}/in`, {
                    method: 'POST',
                    headers: { 'Content-Type': 'application/json' },
                    body: JSON.stringify({ room: room._id, sender: sender._id, text }),
                });
                await answer.arrayBuffer();
            };
            return {
                outward: await measure({ ...size, rooms, send: (room, text) => writer.send(room, text), arrivals: left }),
                inward: await measure({ ...size, rooms, send: receive, arrivals: heard }),
            };
        }, dataDir),
    );

/** The bridge, packaged as it is shipped, in the real engine; the homeserver costs nothing. */
export const bridgeWithStub = (size: Size, zip: string, dataDir?: string): Promise<BothWays> =>
    withStub((stub, left) =>
        withGround(size, async (ground) => {
            const { writer, rooms, heard } = ground;
            const { app } = await installBridge(ground, zip, stub.url, stub.serverName);
            const url = (await app.endpoint('')).replace(/\/$/, '');
            stub.register(url, await app.setting(setting.hsToken), await app.setting(setting.localpart));
            const aliases = await bridgeRooms(ground, app, stub.serverName);

            const person = `@person:${stub.serverName}`;
            const idOf = new Map(rooms.map((room, index) => [room, stub.roomOf(aliases[index]) as string]));
            const joined = { membership: 'join', displayname: 'Person' };
            idOf.forEach((roomId) => stub.push({ type: 'm.room.member', room_id: roomId, sender: person, state_key: person, content: joined }));
            const receive = async (room: RcRoom, text: string): Promise<void> =>
                stub.push({ type: 'm.room.message', room_id: idOf.get(room) as string, sender: person, content: { msgtype: 'm.text', body: text } });
            return {
                outward: await measure({ ...size, rooms, send: (room, text) => writer.send(room, text), arrivals: left, settled: stub.idle }),
                inward: await measure({ ...size, rooms, send: receive, arrivals: heard, settled: stub.idle }),
            };
        }, dataDir),
    );

/** The bridge with a real Synapse; then, on the same Synapse, a bare service of matrix-bot-sdk in the bridge's place. */
export const withSynapse = (size: Size, zip: string): Promise<{ bridge: BothWays; floor: BothWays }> =>
    withGround(size, async (ground) => {
        const { writer, rooms, heard } = ground;
        const installed: Partial<Awaited<ReturnType<typeof installBridge>>> = {};
        const homeserver = await startHomeserver({
            registration: async (url, serverName) => Object.assign(installed, await installBridge(ground, zip, url, serverName)).yaml as string,
        });
        try {
            const aliases = await bridgeRooms(ground, installed.app as NonNullable<typeof installed.app>, homeserver.serverName);
            const { userId, accessToken } = await homeserver.createUser('person', password);
            const person = new Matrix(homeserver.url, userId, accessToken);
            const idOf = new Map<RcRoom, string>();
            for (const [index, room] of rooms.entries()) {
                idOf.set(room, await person.join(aliases[index]));
            }
            const left = new Arrivals();
            const end = follow(person, left);
            const bridge = {
                outward: await measure({ ...size, rooms, send: (room, text) => writer.send(room, text), arrivals: left }),
                inward: await measure({ ...size, rooms, send: (room, text) => person.sendText(idOf.get(room) as string, text), arrivals: heard }),
            };
            end();
            return { bridge, floor: await homeserverFloor(size, homeserver, userId) };
        } finally {
            await homeserver.stop();
        }
    });

/** matrix-bot-sdk in Node, without Rocket.Chat. The homeserver is restarted with its registration. */
const homeserverFloor = async (size: Size, homeserver: StoryHomeserver, userId: string): Promise<BothWays> => {
    const port = await freePort();
    await homeserver.restart(JSON.stringify(bareRegistration(port)));
    const service = await startBareService(homeserver.url, homeserver.serverName, port);
    try {
        const person = await Matrix.login(homeserver.url, userId, password);
        const rooms: string[] = [];
        for (let index = 0; index < size.rooms; index++) {
            rooms.push(await person.join(await service.createRoom(userId)));
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
