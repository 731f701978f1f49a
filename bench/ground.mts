/** What the set-ups of the bench stand on: a workspace with a writer, the bridge in it, people who listen. */
import { Arrivals, type Figures } from './measure.mts';
import { BridgeApp, setting } from '../test/support/apps/app.mts';
import { unique } from '../test/support/eventually.mts';
import type { Matrix } from '../test/support/clients/matrix.mts';
import { Realtime } from '../test/support/clients/realtime.mts';
import { RocketChat, type RcRoom } from '../test/support/clients/rocketchat.mts';
import { startWorkspace, type Workspace } from '../test/support/servers/workspace.mts';

export interface Size {
    rooms: number;
    messages: number;
    singles: number;
}

export interface BothWays {
    outward: Figures;
    inward: Figures;
}

export const password = 'the-password-of-the-bench';

export interface Ground {
    workspace: Workspace;
    admin: RocketChat;
    writer: RocketChat;
    rooms: RcRoom[];
    /** Hears every message of the rooms, as a client of Rocket.Chat does. */
    heard: Arrivals;
}

/**
 * A workspace with a writer in some channels, each followed through the realtime API; gone afterwards.
 * @param dataDir store that is there already; without one everything is new and stays in memory
 */
export const withGround = async <T,>(size: Size, use: (ground: Ground) => Promise<T>, dataDir?: string): Promise<T> => {
    const workspace = await startWorkspace({ dataDir, readyWithinMs: 600_000, env: { NODE_OPTIONS: '--max-old-space-size=12288 --max-semi-space-size=128' } });
    let realtime: Realtime | undefined;
    let writer: RocketChat | undefined;
    try {
        const admin = await RocketChat.login(workspace.url, workspace.admin.username, workspace.admin.password);
        const username = unique('writer');
        await admin.createUser({ username, name: 'Writer', password });
        writer = await RocketChat.login(workspace.url, username, password);
        realtime = await Realtime.open(workspace.url, writer.token);
        const heard = new Arrivals();
        const rooms: RcRoom[] = [];
        for (let index = 0; index < size.rooms; index++) {
            const room = await writer.createRoom('c', unique('bench'));
            await realtime.follow('stream-room-messages', room._id, (message) => heard.note(message.msg));
            rooms.push(room);
        }
        return await use({ workspace, admin, writer, rooms, heard });
    } finally {
        writer?.close();
        realtime?.close();
        await workspace.stop();
    }
};

/** Installs the bridge as it is shipped and tells it of a homeserver. @returns the app and its registration */
export const installBridge = async ({ admin }: Ground, zip: string, url: string, serverName: string): Promise<{ app: BridgeApp; yaml: string }> => {
    const app = await BridgeApp.deploy(admin, zip);
    await app.change({ [setting.homeserverUrl]: url, [setting.domain]: serverName });
    return { app, yaml: await app.registration(serverName.replaceAll('.', '\\.')) };
};

/** Switches the bridge on and bridges every room. @returns the rooms' aliases */
export const bridgeRooms = async ({ writer, rooms }: Ground, app: BridgeApp, serverName: string): Promise<string[]> => {
    await app.change({ [setting.enabled]: true });
    const aliases: string[] = [];
    for (const room of rooms) {
        const alias = `#rc_${room.name}:${serverName}`;
        const answer = await writer.run(room, '/matrix bridge');
        if (!answer.includes(alias)) {
            throw new Error(`/matrix bridge: ${answer}`);
        }
        aliases.push(alias);
    }
    return aliases;
};

/** Hears the messages of a Matrix user's rooms by `/sync`, as every Matrix client does. @returns the end of it */
export const follow = (person: Matrix, arrivals: Arrivals): (() => void) => {
    let ended = false;
    const loop = async (): Promise<void> => {
        const filter = JSON.stringify({ presence: { types: [] }, room: { timeline: { limit: 100 }, ephemeral: { types: [] } } });
        let since = '';
        while (!ended) {
            const sync = await person.request('GET', 'v3/sync', undefined, { filter, timeout: since ? 5_000 : 0, ...(since && { since }) });
            since = sync.next_batch;
            const events = Object.values<any>(sync.rooms?.join ?? {}).flatMap((room) => room.timeline.events);
            events.forEach((event) => arrivals.note(String(event.content?.body)));
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
