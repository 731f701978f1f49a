/** The intake on a port of the app's own, inside the real sandbox: what the private API cannot take comes in, and a busy port harms nobody. */
import { mkdtempSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../../workspace/process/ports.mts';
import { eventually, unique } from '../../support/eventually.mts';
import { setting } from '../../support/apps/app.mts';
import type { RcRoom } from '../../support/clients/rocketchat.mts';
import { useStack } from '../../support/servers/stack.mts';

const here = useStack({ homeserver: false, dataDir: mkdtempSync(join(tmpdir(), 'own-port-')) });
let token: string;
let port: number;
let notes: RcRoom;

const call = async (body: string, { used = token, path = `_matrix/app/v1/transactions/${unique('txn')}` } = {}): Promise<{ status: number; body: any }> => {
    const headers = { 'Content-Type': 'application/json', 'Authorization': `Bearer ${used}` };
    const response = await fetch(`http://127.0.0.1:${port}/${path}`, { method: 'PUT', headers, body });
    return { status: response.status, body: await response.json() };
};
const answers = (status: number): Promise<unknown> =>
    eventually(() => call('{"events":[]}').then((answer) => answer.status === status, () => false), { timeout: 30_000, what: () => `${status} at port ${port}` });
const closed = (): Promise<unknown> => eventually(() => call('{}').then(() => false, () => true), { what: 'the port to be closed' });
const status = (): Promise<string> => here().admin.run(notes, '/matrix status', { timeout: 60_000 });

beforeAll(async () => {
    notes = await here().admin.createRoom('p', unique('notes'));
    port = await freePort();
    // Nobody is there: only the way in is looked at.
    await here().app.change({ [setting.homeserverUrl]: `http://127.0.0.1:${await freePort()}`, [setting.domain]: 'hs.test', [setting.bridgeUrl]: `http://127.0.0.1:${port}/matrix` });
    token = await here().app.setting(setting.hsToken);
}, 60_000);

test('is opened when "Bridge URL" names a port, and stands in the registration', async () => {
    await here().app.registration(`http://127.0.0.1:${port}/matrix`);
    // Switched off: the homeserver is to come again.
    await answers(503);
    await here().app.change({ [setting.enabled]: true });
    await answers(200);
    expect((await call('{"events":[]}', { path: 'matrix/_matrix/app/v1/transactions/1' })).status).toBe(200);
    expect(await call('{}', { used: 'wrong' })).toEqual({ status: 403, body: expect.objectContaining({ errcode: 'M_FORBIDDEN' }) });
    expect(await status()).toMatch(new RegExp(`Intake: port ${port}`));
});

test('takes what the private API cannot, up to its own limit', async () => {
    const event = (content: string): string => `{"type":"x","room_id":"!${'r'.repeat(43)}","event_id":"$${unique('e')}","sender":"@a:hs.test","origin_server_ts":1,"content":${content}}`;
    for (const content of [`{"body":"${'x'.repeat(600_000)}"}`, '{"__proto__":{"a":1}}', `{"a":${'['.repeat(130)}${']'.repeat(130)}}`]) {
        expect(await call(`{"events":[${event(content)}]}`)).toEqual({ status: 200, body: {} });
    }
    expect(await call(`{"events":["${'x'.repeat(11_000_000)}"]}`).catch(() => ({ status: 413 }))).toMatchObject({ status: 413 });
    await answers(200);
});

test('keeps the connection for the next transaction, and ends it when a body is not read', async () => {
    const url = `http://127.0.0.1:${port}/_matrix/app/v1/transactions/`;
    const put = (used: string, body: string): Promise<Response> => fetch(`${url}${unique('txn')}`, { method: 'PUT', headers: { Authorization: `Bearer ${used}` }, body });
    expect((await put(token, '{"events":[]}')).headers.get('connection')).not.toBe('close');
    expect((await put('wrong', '{"events":[]}')).headers.get('connection')).toBe('close');
});

test('is closed with the app and opened again with it, also in a new sandbox', async () => {
    await here().app.setStatus('manually_disabled');
    await closed();
    await here().app.setStatus('manually_enabled');
    await answers(200);
    await here().restartWorkspace('kill');
    await answers(200);
}, 90_000);

describe('a busy port', () => {
    let other: Server;
    beforeAll(async () => {
        // What it is asked it does not understand.
        other = createServer((socket) => { socket.destroy(); }).listen(0, '0.0.0.0');
        await new Promise((resolve) => { other.once('listening', resolve); });
    });
    afterAll(() => other.close());

    test('is told in the status and to the admins; the workspace goes on, and it is opened when it is free', async () => {
        await status();
        port = (other.address() as { port: number }).port;
        await here().app.change({ [setting.bridgeUrl]: `http://127.0.0.1:${port}` });
        await eventually(async () => /another program uses it/.test(await status()), { timeout: 40_000, what: 'the status to say so' });
        const told = async (): Promise<boolean> => {
            const rooms = (await here().admin.rooms()).filter(({ t }) => t === 'd');
            const texts = await Promise.all(rooms.map((room) => here().admin.messages(room)));
            return texts.flat().some(({ msg }) => msg.includes(`cannot listen on port ${port}`));
        };
        await eventually(told, { timeout: 40_000, what: 'the admins to be told' });
        await new Promise((resolve) => { other.close(resolve); });
        await answers(200);
    }, 150_000);
});

test('the private API takes over when "Bridge URL" is emptied', async () => {
    await here().app.change({ [setting.bridgeUrl]: '' });
    await closed();
    expect(await status()).toMatch(/Intake: Rocket\.Chat's private API/);
});
