/**
 * What a message costs, counted at both ends of the packaged app: requests at a homeserver of the test's own, calls of the app to
 * the engine. What is kept durably is written once per burst, some seconds later: it is counted with it.
 */
import { BridgeApp, packageApp, setting } from '../../support/apps/app.mts';
import { eventually, sleep, unique } from '../../support/eventually.mts';
import { RocketChat, type RcRoom } from '../../support/clients/rocketchat.mts';
import { StubHomeserver } from '../../support/servers/stubHomeserver.mts';
import { startWorkspace, type Workspace } from '../../support/servers/workspace.mts';

/** A room is closed 10 s after the last message to Matrix, and written down as read 5 s after the first one from there. */
const OUTWARD_MS = 12_000;
const INWARD_MS = 7_000;
/** A warm message: one of a conversation under way. */
const WARM_MS = 2_000;
const BURST = 50;
/** Calls that a burst may cost beside those of its messages, with what the bridge looks at once a minute. */
const PER_BURST = 16;
/** However much is written, each process gives a sign of life so often. */
const PULSE_MS = 3_000;

let workspace: Workspace;
let stub: StubHomeserver;
let app: BridgeApp;
let alice: RocketChat;
let room: RcRoom;
let roomId: string;
let carol: string;
const arrived: string[] = [];

beforeAll(async () => {
    const zip = await packageApp();
    [workspace, stub] = await Promise.all([startWorkspace({}), StubHomeserver.start()]);
    stub.onMessage = (body) => arrived.push(body);
    const admin = await workspace.login();
    app = await BridgeApp.deploy(admin, zip);
    await app.change({ [setting.homeserverUrl]: stub.url, [setting.domain]: stub.serverName });
    await app.registration(stub.serverName.replaceAll('.', '\\.'));
    stub.register((await app.endpoint('')).replace(/\/$/, ''), await app.setting(setting.hsToken), await app.setting(setting.localpart));
    await app.change({ [setting.enabled]: true });

    await admin.createUser({ username: 'alice', name: 'Alice', password: 'the-password-of-alice' });
    alice = await RocketChat.login(workspace.url, 'alice', 'the-password-of-alice');
    room = await alice.createRoom('c', unique('cost'));
    await alice.run(room, '/matrix bridge');
    roomId = stub.roomOf(`#rc_${room.name}:${stub.serverName}`) as string;
    carol = `@carol:${stub.serverName}`;
    stub.push({ type: 'm.room.member', room_id: roomId, sender: carol, state_key: carol, content: { membership: 'join', displayname: 'Carol', avatar_url: `mxc://${stub.serverName}/carol` } });
    // Whoever writes here has done so before, and so has the room.
    for (const text of ['warm', 'warmer']) {
        await inward([`${text} in`]);
        await outward([`${text} out`]);
    }
    await sleep(OUTWARD_MS);
}, 180_000);

afterAll(async () => {
    alice?.close();
    await stub?.stop();
    await workspace?.stop();
});

const outward = async (texts: string[]): Promise<void> => {
    for (const text of texts) {
        await alice.send(room, text);
    }
    await eventually(() => texts.every((text) => arrived.includes(text)), { what: 'the messages at the homeserver' });
};

const inward = async (texts: string[]): Promise<void> => {
    texts.forEach((text) => stub.push({ type: 'm.room.message', room_id: roomId, sender: carol, content: { msgtype: 'm.text', body: text } }));
    await alice.waitForMessage(room, texts[texts.length - 1]);
};

const calls = async (): Promise<Record<string, number>> => (await fetch(`${workspace.url}/_engine/calls/${app.id}`)).json() as Promise<Record<string, number>>;

interface Cost {
    /** Requests at the homeserver, by method and kind. */
    requests: string[];
    /** Calls to the engine, by name. */
    calls: Record<string, number>;
}

/** What some work costs until nothing is left to do. @param ms how long that takes after the arrival */
const costOf = async (work: () => Promise<void>, ms: number): Promise<Cost> => {
    const [start, requests, before] = [Date.now(), stub.log.length, await calls()];
    await work();
    await sleep(ms);
    const after = await calls();
    const made = Object.fromEntries(Object.entries(after).map(([name, count]) => [name, count - (before[name] ?? 0)]));
    made[PULSE] -= Math.min(made[PULSE], Math.ceil((Date.now() - start) / PULSE_MS));
    return { requests: stub.log.slice(requests), calls: made };
};
const total = (made: Record<string, number>): number => Object.values(made).reduce((sum, one) => sum + one, 0);

/** Of one message. Once a minute the bridge looks after itself: what falls into that minute's look is counted again. */
const costOfOne = async (pass: (texts: string[]) => Promise<void>, ms: number): Promise<Cost> => {
    const cost = await costOf(() => pass(texts(1)), ms);
    return total(cost.calls) <= 3 ? cost : costOf(() => pass(texts(1)), ms);
};
const PULSE = 'accessor:getPersistence:updateByAssociations';

/** @throws with all calls by name when there are more */
const expectAtMost = (most: number, made: Record<string, number>): void => {
    const all = total(made);
    expect(all > most ? { ...Object.fromEntries(Object.entries(made).filter(([, count]) => count)), all } : { most }).toEqual({ most });
};
const texts = (count: number): string[] => Array.from({ length: count }, (_, index) => unique(`text ${index}`));

describe('outward', () => {
    test('a warm message is one request, and at most three calls', async () => {
        await outward(texts(1));
        await sleep(WARM_MS);
        const { requests, calls: made } = await costOfOne(outward, WARM_MS);
        expect(requests).toEqual(['PUT rooms/…/send/m.room.message']);
        expect(made).toMatchObject({ 'bridges:getHttpBridge:doCall': 1 });
        expectAtMost(3, made);
        await sleep(OUTWARD_MS);
    }, 40_000);

    test('a burst costs a request each, and its durability once', async () => {
        const begin = Date.now();
        let seconds = 0;
        const burst = async (): Promise<void> => {
            await outward(texts(BURST));
            seconds = (Date.now() - begin) / 1000;
        };
        const { requests, calls: made } = await costOf(burst, OUTWARD_MS);
        expect(requests).toEqual(Array(BURST).fill('PUT rooms/…/send/m.room.message'));
        expect(made['bridges:getHttpBridge:doCall']).toBe(BURST);
        // Which message is which event: four writes a second, at most.
        expectAtMost(BURST + PER_BURST + Math.ceil(4 * seconds), made);
    }, 40_000);
});

describe('inward', () => {
    test('a message is no request, and at most three calls, all that follows included', async () => {
        const { requests, calls: made } = await costOfOne(inward, INWARD_MS);
        expect(requests).toEqual([]);
        expect(made).toMatchObject({ 'bridges:getMessageBridge:doCreate': 1 });
        expectAtMost(3, made);
    }, 30_000);

    test('a burst costs a call each, and its durability once', async () => {
        const { requests, calls: made } = await costOf(() => inward(texts(BURST)), INWARD_MS);
        expect(requests).toEqual([]);
        expect(made['bridges:getMessageBridge:doCreate']).toBe(BURST);
        expectAtMost(BURST + PER_BURST, made);
    }, 40_000);
});
