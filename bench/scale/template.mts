/** One bridged room with its people and a message each way, as the app itself stores them. */
import { bridgeRooms, installBridge, withGround } from '../ground.mts';
import { withStub } from '../setups.mts';
import { setting } from '../../test/support/apps/app.mts';
import { sleep } from '../../test/support/eventually.mts';

/** The app closes a room 10 s after the last message. */
const SETTLED_MS = 15_000;

/** What tells the template from everything else in the store: each copy has others. */
export interface Template {
    /** Username of a writer, localpart of a person on Matrix, name of a room: parts of many other names. */
    names: string[];
    /** Ids of the room on both sides. */
    rooms: string[];
}

/**
 * Lets the app make the template.
 * @param dataDir empty folder of the workspace's data
 */
export const makeTemplate = (dataDir: string, zip: string): Promise<Template> =>
    withStub((stub, left) =>
        withGround({ rooms: 1, messages: 0, singles: 0 }, async (ground) => {
            const { writer, rooms: [room], heard } = ground;
            const { app } = await installBridge(ground, zip, stub.url, stub.serverName);
            stub.register((await app.endpoint('')).replace(/\/$/, ''), await app.setting(setting.hsToken), await app.setting(setting.localpart));
            const [alias] = await bridgeRooms(ground, app, stub.serverName);
            const roomId = stub.roomOf(alias) as string;
            const person = 'templateperson';
            const sender = `@${person}:${stub.serverName}`;
            stub.push({ type: 'm.room.member', room_id: roomId, sender, state_key: sender, content: { membership: 'join', displayname: 'Person' } });
            const came = heard.of('from Matrix');
            stub.push({ type: 'm.room.message', room_id: roomId, sender, content: { msgtype: 'm.text', body: 'from Matrix' } });
            await came;
            const went = left.of('to Matrix');
            await writer.send(room, 'to Matrix');
            await went;
            await sleep(SETTLED_MS);
            await stub.idle();
            // Addresses of e-mail are names without the other characters.
            return { names: [writer.username, writer.username.replace(/\W/g, ''), person, room.name as string], rooms: [room._id, roomId] };
        }, dataDir),
    );
