/** 6: transactions of megabytes by the app's own port; and what the private API cannot pass on: people go on talking, and the port is the way out. */
import { Arena } from '../support/abuse/Arena.mts';
import { compare, sum, textOf, type Account, type Found } from '../support/abuse/ledger.mts';
import { Network } from '../support/abuse/network.mts';
import { Pusher } from '../support/abuse/Pusher.mts';
import { foundInRocketChat, wholeRoom } from '../support/abuse/readers.mts';
import { expectWhole, report } from '../support/abuse/report.mts';
import { isFull, scaled, scenarioTimeout } from '../support/abuse/scale.mts';
import { personsEvent, withStubHomeserver, type Stubbed } from '../support/abuse/stubbed.mts';
import { setting } from '../support/apps/app.mts';
import { eventually, sleep } from '../support/eventually.mts';
import { useStack } from '../support/servers/stack.mts';
import { freePort } from '../../workspace/process/ports.mts';

const EVENTS = 100;
const EVENT_BYTES = 60_000;

describe('the port of the app', () => {
    const here = useStack({ homeserver: false });
    let stubbed: Stubbed;
    beforeAll(async () => {
        stubbed = await withStubHomeserver(here(), 5);
    }, 120_000);
    afterAll(() => stubbed?.stub.stop());

    test('takes transactions of 100 events of 60 kB', async () => {
        const transactions = scaled(10, 2);
        const { rooms, person, url, token, writer } = stubbed;
        const [pid] = await here().workspace.denoPids();
        const pusher = new Pusher(url, token);
        const sent: Found[][] = rooms.map(() => []);
        const begin = Date.now();
        let bytes = 0;
        for (let transaction = 0; transaction < transactions; transaction++) {
            const events = Array.from({ length: EVENTS }, (_, index) => {
                const place = index % rooms.length;
                const number = sent[place].length;
                sent[place].push({ way: 'in', number, at: number, writtenAt: Date.now() });
                const filling = 'long words '.repeat(EVENT_BYTES / 11);
                // Most carry something that no text is made of; some are one long text.
                const [body, more] = index % 20 ? [textOf('in', number), `,"org.example.more":"${filling}"`] : [`${textOf('in', number)} ${filling}`, ''];
                return personsEvent(rooms[place].roomId, person, `large${place}-${number}`, body, more);
            });
            bytes += events.join(',').length;
            await pusher.push(events);
        }
        const seconds = (Date.now() - begin) / 1000;
        const read = async (): Promise<Account> => {
            const found = await Promise.all(rooms.map(({ channel }) => wholeRoom(writer, channel)));
            return sum(rooms.map((_room, place) => compare(`room ${place}`, 'in', sent[place], foundInRocketChat(found[place]))));
        };
        await eventually(async () => (await read()).lost.length === 0, { timeout: 90_000, interval: 500 }).catch(() => undefined);
        const account = await read();
        report(`${transactions} transactions of ${EVENTS} events of ${EVENT_BYTES / 1000} kB by the own port`, { in: account }, {
            'MB': Math.round(bytes / 1e6), 'transactions refused': pusher.refused, 'ms for the slowest': pusher.slowest, 'seconds': Math.round(seconds),
        });
        expectWhole(account);
        expect(await here().workspace.denoPids()).toEqual([pid]);
    }, scenarioTimeout);
});

describe('the private API, jammed', () => {
    const here = useStack();
    let network: Network;
    let arena: Arena;
    beforeAll(async () => {
        network = await Network.between(here());
        arena = await Arena.of(here(), 3);
    }, 180_000);
    afterAll(() => network?.close());

    const notices = async (wanted: RegExp): Promise<number> => {
        const rooms = (await here().admin.rooms()).filter(({ t }) => t === 'd');
        const texts = await Promise.all(rooms.map((room) => here().admin.messages(room)));
        return texts.flat().filter(({ msg }) => wanted.test(msg)).length;
    };
    const stalled = (): Promise<number> => notices(/do not arrive any more/);

    /** Sends a message with further content, as a stranger can. */
    const jamBy = async (more: object): Promise<void> => {
        const [room] = arena.rooms;
        await arena.remote[0].sendText(room.roomId, textOf('in', room.begun.in++), more);
    };
    const jams: Record<string, () => Promise<void>> = {
        'over 100 kB': async () => {
            // While one transaction has no answer, more messages gather for the next one.
            network.inward.plan = ({ path }) => (path.includes('/transactions/') ? { kind: 'hang', ms: 3_000 } : undefined);
            for (let message = 0; message < 4; message++) {
                await jamBy({ 'org.example.more': 'x'.repeat(55_000) });
            }
            network.calm();
        },
        'a key __proto__': () => jamBy(JSON.parse('{"__proto__":{"polluted":true}}')),
        'nested too deep': () => jamBy({ deep: JSON.parse(`${'['.repeat(101)}${']'.repeat(101)}`) }),
    };
    const kinds = isFull ? Object.keys(jams) : ['a key __proto__'];

    test.each(kinds)('%s: people go on talking, the admins are told once, the port is the way out', async (kind) => {
        const [toldBefore, overBefore] = [await stalled(), await notices(/arrive again/)];
        await arena.burst({ perRoom: 2, duration: 500 });
        const begin = Date.now();
        await jams[kind]();
        await eventually(async () => (await stalled()) > toldBefore, { timeout: 150_000, interval: 500, what: 'the admins to be told' });
        const toldAfter = (Date.now() - begin) / 1000;
        await arena.burst({ perRoom: scaled(10, 3), duration: scaled(20_000, 5_000) });
        const { settleMs, ...meanwhile } = await arena.settled();

        const port = await freePort();
        await here().app.change({ [setting.bridgeUrl]: `http://127.0.0.1:${port}` });
        await here().homeserver.restart(await here().app.registration(`http://127.0.0.1:${port}`));
        await arena.burst({ perRoom: 2, duration: 500 });
        const accounts = await arena.settled();
        await eventually(async () => (await notices(/arrive again/)) > overBefore, { timeout: 60_000, what: 'the admins to be told that it is over' });
        report(`a transaction that the private API cannot pass on: ${kind}`, { out: accounts.out, in: accounts.in }, {
            'seconds until the admins were told': Math.round(toldAfter),
            'seconds until all was there meanwhile': Math.round(settleMs / 1000),
            'notices': (await stalled()) - toldBefore,
        });
        expectWhole(meanwhile.out, meanwhile.in, accounts.out, accounts.in);
        expect((await stalled()) - toldBefore).toBe(1);
        await backToThePrivateApi();
    }, scenarioTimeout);

    const backToThePrivateApi = async (): Promise<void> => {
        await here().app.change({ [setting.bridgeUrl]: '' });
        const yaml = await here().app.registration(new URL(here().workspace.url).port);
        const [, url] = /^url: '?([^'\n]+)'?$/m.exec(yaml) ?? [];
        await here().homeserver.restart(yaml.replace(url, url.replace(new URL(url).origin, network.inward.url)));
        await arena.burst({ perRoom: 1, duration: 200 });
        await sleep(1_000);
    };
});
