/** What is sent once is in the room once, although Dendrite keeps no account of it: the answer gets lost, and Dendrite forgets. */
import { FaultProxy } from '../support/abuse/FaultProxy.mts';
import { setting } from '../support/apps/app.mts';
import { bridgeChannel } from '../support/bridgedRoom.mts';
import { eventually } from '../support/eventually.mts';
import type { Matrix, MatrixEvent } from '../support/clients/matrix.mts';
import type { RcRoom, RocketChat } from '../support/clients/rocketchat.mts';
import { useStack } from '../support/servers/stack.mts';

const here = useStack();
let proxy: FaultProxy;
let alice: RocketChat;
let carol: Matrix;
let channel: RcRoom;
let roomId: string;

beforeAll(async () => {
    proxy = await FaultProxy.before(here().homeserver.url);
    await here().app.change({ [setting.homeserverUrl]: proxy.url });
    alice = await here().rocketchatUser('alice');
    carol = await here().matrixUser('carol');
    ({ channel, roomId } = await bridgeChannel(here(), alice, carol, 'ledger'));
    await alice.send(channel, 'warm');
    await carol.waitForEvent(roomId, 'warm');
}, 60_000);
afterAll(() => proxy.close());

/** The next request to such a path is done, its answer is lost, and Dendrite restarts before the next try. */
const loseAnswer = (path: RegExp): Promise<void> => new Promise((resolve, reject) => {
    let away = false;
    proxy.plan = (request) => {
        if (away) {
            return { kind: 'reset' };
        }
        return path.test(request.path) ? { kind: 'cut' } : undefined;
    };
    proxy.answered = (request) => {
        if (!away && path.test(request.path)) {
            away = true;
            here().homeserver.restart().then(() => {
                proxy.plan = () => undefined;
                resolve();
            }).catch(reject);
        }
    };
});

const matching = async (matches: (event: MatrixEvent) => boolean): Promise<MatrixEvent[]> => (await carol.events(roomId)).filter(matches);

test('a message whose answer was lost', async () => {
    const lost = loseAnswer(/\/send\/m\.room\.message\//);
    await alice.send(channel, 'said once');
    await lost;
    await alice.send(channel, 'and then');
    await carol.waitForEvent(roomId, 'and then', { timeout: 60_000 });
    expect(await matching(({ content }) => content.body === 'said once')).toHaveLength(1);
}, 90_000);

test('an edit whose answer was lost', async () => {
    const message = await alice.send(channel, 'first words');
    const { event_id: original } = await carol.waitForEvent(roomId, 'first words');
    const lost = loseAnswer(/\/send\/m\.room\.message\//);
    await alice.edit(message, 'second words');
    await lost;
    await alice.send(channel, 'after the edit');
    await carol.waitForEvent(roomId, 'after the edit', { timeout: 60_000 });
    expect(await matching(({ content }) => content['m.relates_to']?.event_id === original)).toHaveLength(1);
}, 90_000);

test('a reaction whose answer was lost, and the same emoji under another name', async () => {
    const message = await alice.send(channel, 'like this');
    const { event_id: liked } = await carol.waitForEvent(roomId, 'like this');
    const reactions = (): Promise<MatrixEvent[]> =>
        matching(({ type, content }) => type === 'm.reaction' && content['m.relates_to']?.event_id === liked);
    const lost = loseAnswer(/\/send\/m\.reaction\//);
    await alice.react(message, ':thumbsup:');
    await lost;
    await alice.send(channel, 'after the reaction');
    await carol.waitForEvent(roomId, 'after the reaction', { timeout: 60_000 });
    expect(await reactions()).toHaveLength(1);
    // Another name of the same emoji.
    await alice.react(message, ':+1:');
    await alice.react(message, ':thumbsup:', false);
    await alice.send(channel, 'after the other name');
    await carol.waitForEvent(roomId, 'after the other name');
    expect((await reactions()).filter(({ content }) => Object.keys(content).length > 0)).toHaveLength(1);
    await alice.react(message, ':+1:', false);
    await eventually(async () => (await reactions()).length === 0, { what: 'the reaction to be gone' });
}, 90_000);

test('people whose ghosts are registered too fast: all are heard, in their order', async () => {
    let refusals = 4;
    // As Dendrite says it: in the body alone.
    const slowDown = { kind: 'answer', status: 429, body: JSON.stringify({ errcode: 'M_LIMIT_EXCEEDED', error: 'Too Many Requests', retry_after_ms: 500 }) } as const;
    proxy.plan = ({ path }) => (/\/register/.test(path) && refusals-- > 0 ? slowDown : undefined);
    const people = await Promise.all(['ann', 'ben', 'cat'].map((name) => here().rocketchatUser(name)));
    for (const person of people) {
        await person.post('v1/channels.join', { roomId: channel._id });
        await person.send(channel, `${person.username} is new`);
    }
    const heard = await eventually(async () => {
        const events = await matching(({ content }) => / is new$/.test(content.body ?? ''));
        return events.length === people.length && events;
    }, { timeout: 30_000, what: 'three new people' });
    expect(heard.map(({ sender }) => sender)).toEqual(people.map((person) => here().ghostOf(person)));
    expect(refusals).toBeLessThan(1);
}, 60_000);
