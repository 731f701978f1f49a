import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { EngineLog } from '../../src/errors/EngineLog';
import { OwnPort } from '../../src/intake/OwnPort';
import { fetchHttp } from '../support/clients/fetchHttp.mts';
import { eventually } from '../support/eventually.mts';
import { freePort } from '../../workspace/process/ports.mts';

const ends: (() => void)[] = [];
afterEach(() => ends.splice(0).forEach((end) => end()));

/** The own port of one instance of the server, with what it tells the administrators. */
function instance(port: number) {
    const told: string[] = [];
    const host: any = {
        log: new EngineLog(), enter: async () => undefined, hsToken: () => 'secret', intake: () => undefined, complete: () => true, http: fetchHttp, privateApi: async () => undefined,
    };
    const own = new OwnPort({} as never, host, { begins: async (_name, text) => void told.push(text), over: async () => undefined }, 50);
    own.use({ listener: { port, basePath: '/matrix', maxBytes: 1_000 }, bridgeUrl: 'x' } as never);
    const until = (words: RegExp): Promise<boolean> =>
        eventually(() => words.test(own.findings()[0].text), { interval: 10, what: () => `${words} in: ${own.findings()[0].text}` });
    const end = (): void => own.use(undefined);
    ends.push(end);
    return { own, told, until, end };
}

test('another instance on the machine may have the port: that is no trouble, and when it ends this one takes it', async () => {
    const port = await freePort();
    const first = instance(port);
    await first.until(/up to/);
    const second = instance(port);
    await second.until(/Another instance/);
    expect(second.own.findings()[0].good).toBe(true);
    first.end();
    await second.until(/up to/);
    expect([...first.told, ...second.told]).toEqual([]);
});

test('what to do when nothing comes in any more goes by the way in', async () => {
    const { own, end } = instance(await freePort());
    expect(own.advice()).toMatch(/port \d+[\s\S]*Largest transaction/);
    expect(own.advice()).not.toContain('Bridge URL');
    end();
    expect(own.advice()).toMatch(/100 kB[\s\S]*Bridge URL/);
});

test('another program that has it is told, and is not shown the token', async () => {
    const seen: unknown[] = [];
    const other = createServer((request, response) => {
        seen.push(request.headers.authorization);
        response.writeHead(200, { Connection: 'close' }).end('{}');
    }).listen(0, '0.0.0.0');
    ends.push(() => other.close());
    await new Promise((resolve) => { other.once('listening', resolve); });
    const { own, told, until } = instance((other.address() as AddressInfo).port);
    await until(/another program uses it/);
    await eventually(() => told.length > 0, { interval: 10, what: 'the admins to be told' });
    expect(told).toEqual([expect.stringMatching(/cannot listen on port/)]);
    expect(own.findings()[0].good).toBe(false);
    expect(seen).toEqual([undefined]);
});
