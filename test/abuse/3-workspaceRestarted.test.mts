/** 3: everybody writes while the whole workspace is stopped, killed and started; then while the app is disabled. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Arena } from '../support/abuse/Arena.mts';
import { expectWhole, report } from '../support/abuse/report.mts';
import { scaled, scenarioTimeout } from '../support/abuse/scale.mts';
import { eventually, sleep } from '../support/eventually.mts';
import { useStack } from '../support/servers/stack.mts';

const here = useStack({ dataDir: mkdtempSync(join(tmpdir(), 'bridge-abuse-')) });
const rooms = scaled(20, 5);
const perRoom = scaled(100, 12);
let arena: Arena;
beforeAll(async () => {
    arena = await Arena.of(here(), rooms);
}, 180_000);

test('nothing is lost, doubled or out of order while the workspace is restarted', async () => {
    const restarts = scaled(5, 2);
    const trouble = async (): Promise<void> => {
        for (let restart = 0; restart < restarts; restart++) {
            await sleep(1_000 + Math.random() * 3_000);
            await here().restartWorkspace(restart % 2 ? 'kill' : 'stop');
        }
    };
    const begin = Date.now();
    const until = trouble();
    await Promise.all([until, arena.burst({ perRoom, duration: restarts * 8_000, until })]);
    const burst = (Date.now() - begin) / 1000;
    const { settleMs, ...accounts } = await arena.settled();
    report(`at least ${perRoom * rooms} messages each way in ${rooms} rooms, workspace restarted`, accounts, {
        'restarts, every second one after SIGKILL': restarts,
        'seconds of writing': Math.round(burst),
        'seconds until all was there': Math.round(settleMs / 1000),
    });
    expectWhole(accounts.out, accounts.in);
}, scenarioTimeout);

test('what was written, changed and deleted while the app was disabled arrives when it is enabled', async () => {
    const [{ channel, roomId }] = arena.rooms;
    const { local: [alice], remote: [carol] } = arena;
    const changed = await alice.send(channel, 'to be changed');
    const deleted = await alice.send(channel, 'to be deleted');
    const event = await carol.waitForEvent(roomId, 'to be changed');
    const gone = await carol.waitForEvent(roomId, 'to be deleted');

    await here().app.setStatus('manually_disabled');
    await arena.burst({ perRoom: scaled(20, 4), duration: scaled(10_000, 2_000) });
    await alice.edit(changed, 'changed meanwhile');
    await alice.deleteMessage(deleted);
    await here().app.setStatus('manually_enabled');

    const { settleMs, ...accounts } = await arena.settled();
    report(`${perRoom * rooms} messages each way and more while the app was disabled`, accounts, { 'seconds until all was there': Math.round(settleMs / 1000) });
    expectWhole(accounts.out, accounts.in);
    const replaces = ({ content }: { content: Record<string, any> }): boolean =>
        content['m.relates_to']?.event_id === event.event_id && content['m.new_content']?.body === 'changed meanwhile';
    await carol.waitForEvent(roomId, replaces, { timeout: 90_000 });
    const isRedacted = async (): Promise<boolean> => {
        const event = (await carol.events(roomId)).find(({ event_id: id }) => id === gone.event_id);
        return Boolean(event?.unsigned?.redacted_because);
    };
    await eventually(isRedacted, { timeout: 90_000, what: 'the deletion' });
}, scenarioTimeout);
