/** `npm start`: what it promises to people and scripts, from the first start to the end. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '../support/eventually.mts';
import { RocketChat } from '../support/clients/rocketchat.mts';
import { descendants, isRunning, Started } from '../support/servers/started.mts';
import type { Running } from '../../workspace/cli/state.mts';

jest.setTimeout(180_000);

let dataDir: string;
const open: Started[] = [];

function start(args?: string[]): Started {
    const started = Started.run(dataDir, args);
    open.push(started);
    return started;
}

const noneRuns = async (pids: number[]): Promise<boolean> => (await Promise.all(pids.map(isRunning))).every((runs) => !runs);

beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'bridge-start-'));
});

afterAll(async () => {
    await Promise.all(open.filter(({ exitCode }) => exitCode === undefined).map((started) => started.stop()));
    await rm(dataDir, { recursive: true, force: true });
});

describe('one data folder over several starts', () => {
    let first: Running;

    test('the first start makes people on both sides and a federated room, and says where all is', async () => {
        const started = start();
        first = await started.ready();
        const { rocketchat, homeserver, app, pids } = first;
        expect(rocketchat).toEqual({
            url: expect.stringMatching(/^http:\/\/localhost:\d+$/),
            admin: { username: 'admin', password: expect.any(String) },
            users: [
                { username: 'alice', password: expect.any(String) },
                { username: 'bob', password: expect.any(String) },
            ],
            room: { id: expect.any(String), name: 'welcome' },
        });
        expect(homeserver).toEqual({
            kind: 'synapse',
            url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
            serverName: 'localhost',
            users: [
                { userId: '@carol:localhost', password: expect.any(String) },
                { userId: '@dave:localhost', password: expect.any(String) },
            ],
            room: { id: expect.stringMatching(/^!/), alias: '#rc_welcome:localhost' },
        });
        expect(app).toEqual({ id: expect.any(String), zip: expect.stringMatching(/matrix-bridge_[\d.]+\.zip$/) });
        expect(await noneRuns([pids.workspace, pids.homeserver])).toBe(false);
        for (const word of [rocketchat.url, homeserver.url, 'alice', rocketchat.users[0].password, '@carol:localhost', homeserver.users[0].password]) {
            await eventually(() => started.output.includes(word), { what: `${word} in the terminal` });
        }
    });

    test('another start with the same data folder is refused in one sentence', async () => {
        const second = start();
        expect(await second.end()).toBe(1);
        expect(second.output.trim()).toMatch(/^The data folder .* is in use by process \d+: .*--data-dir\.$/);
    });

    test('Ctrl-C ends every process, the sandboxes too, and takes running.json away', async () => {
        const pids = (await Promise.all([process.pid, first.pids.workspace, first.pids.homeserver].map(descendants))).flat();
        const mine = [first.pids.workspace, first.pids.homeserver, ...(await descendants(first.pids.workspace))];
        expect(pids).toEqual(expect.arrayContaining(mine));
        expect(mine.length).toBeGreaterThan(2);
        expect(await open[0].stop()).toBe(0);
        await eventually(() => noneRuns(mine), { what: 'the end of all of them' });
        await expect(readFile(join(dataDir, 'running.json'))).rejects.toThrow('ENOENT');
    });

    test('the second start takes less than 20 s and finds people, room and messages again', async () => {
        // On a machine that has more to do than its processors can, everything takes longer; a moment of that is over at the next try.
        const limit = 20_000 * Math.max(1, loadavg()[0] / cpus().length);
        const timed = async (): Promise<[Running, number]> => {
            const begin = Date.now();
            return [await start().ready(), Date.now() - begin];
        };
        let [second, took] = await timed();
        for (let tries = 1; took >= limit && tries < 3; tries += 1) {
            await open[open.length - 1].stop();
            [second, took] = await timed();
        }
        expect(took).toBeLessThan(limit);
        expect(second.rocketchat.users).toEqual(first.rocketchat.users);
        expect(second.rocketchat.room).toEqual(first.rocketchat.room);
        expect(second.homeserver.room).toEqual(first.homeserver.room);
        const [alice] = second.rocketchat.users;
        const person = await RocketChat.login(second.rocketchat.url, alice.username, alice.password);
        const { messages } = await person.get('v1/channels.history', { roomId: second.rocketchat.room?.id ?? '' });
        expect(messages.map(({ msg }: { msg: string }) => msg)).toContain('Hello from Matrix! I see you as if you were on my own server.');
        person.close();
    });

    test('when the start process is killed, its processes end by themselves', async () => {
        const started = open[open.length - 1];
        const { pids } = JSON.parse(await readFile(join(dataDir, 'running.json'), 'utf8')) as Running;
        const all = [pids.workspace, pids.homeserver, ...(await descendants(pids.workspace))];
        started.signal('SIGKILL');
        await eventually(() => noneRuns(all), { timeout: 40_000, what: 'the end of the orphans' });
    });
});

describe('what cannot start says so in one sentence, and leaves nothing behind', () => {
    let blocker: ReturnType<typeof createServer>;
    let port: string;

    beforeAll(async () => {
        blocker = createServer();
        await new Promise<void>((resolve) => blocker.listen(0, '127.0.0.1', resolve));
        port = String((blocker.address() as AddressInfo).port);
    });

    afterAll(() => void blocker.close());

    test.each([
        ['a busy port of the workspace', () => ['--port', port, '--homeserver-port', '0'], /^Port \d+, wanted for the workspace, is in use: .*--port\.$/],
        ['a busy port of the homeserver', () => ['--port', '0', '--homeserver-port', port], /^Port \d+, wanted for the homeserver, is in use: .*--homeserver-port\.$/],
        ['a homeserver that is not known', () => ['--homeserver', 'conduit'], /^There is no homeserver "conduit" here; known: .*\.$/],
        ['an option that is not known', () => ['--prot', '1'], /^Unknown option '--prot'\. See npm start -- --help\.$/],
        ['a port that is none', () => ['--port', 'http'], /^--port wants a port number from 0 to 65535, not "http"\.$/],
    ])('%s', async (_case, args, sentence) => {
        const started = start(args());
        expect(await started.end()).toBe(1);
        expect(started.output.trim()).toMatch(sentence);
        await expect(readFile(join(dataDir, 'running.json'))).rejects.toThrow('ENOENT');
    });
});
