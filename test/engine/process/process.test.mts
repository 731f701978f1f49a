/** The workspace as a process: nothing of it outlives it. (A Rocket.Chat server that is killed leaves its Deno processes behind.) */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isAlive } from '../../../workspace/process/lock.mts';
import { eventually } from '../../support/eventually.mts';
import { Probe } from '../../support/apps/probeApp.mts';
import { startWorkspace, type Workspace } from '../../support/servers/workspace.mts';

/** A timer that would keep a sandbox alive for ever. */
const busy = { scripts: { onEnable: 'setInterval(() => undefined, 1000); return true;' } };

const startFails = (args: string[]): Promise<{ code: number; errors: string }> => new Promise((resolve) => {
    execFile(process.execPath, ['--import', 'tsx', 'workspace/main.mts', ...args], { env: { ...process.env, NODE_OPTIONS: '' } }, (error, _out, errors) => {
        resolve({ code: Number(error?.code ?? 0), errors: errors.trim() });
    });
});

describe('the workspace process', () => {
    let dataDir: string;
    let workspace: Workspace;

    beforeAll(async () => {
        dataDir = await mkdtemp(join(tmpdir(), 'workspace-'));
    });
    afterEach(() => workspace?.stop());
    afterAll(() => rm(dataDir, { recursive: true, force: true }));

    test.each(['stop', 'kill'] as const)('after %s no sandbox lives on', async (end) => {
        workspace = await startWorkspace({ dataDir });
        await Probe.install(await workspace.login(), { ...busy, slug: `busy-${end}` });
        const pids = await workspace.denoPids();
        expect(pids.length).toBeGreaterThan(0);
        expect(await workspace[end]()).toBe(end === 'stop' ? 0 : null);
        await eventually(() => !pids.some(isAlive), { what: 'the end of the sandboxes' });
    }, 60_000);

    test('started again over its data, it has its users, messages and apps', async () => {
        workspace = await startWorkspace({ dataDir });
        const admin = await workspace.login();
        const { apps } = await admin.get('apps/installed');
        expect(apps.map(({ status }: { status: string }) => status)).toEqual(['manually_enabled', 'manually_enabled']);
        await eventually(async () => (await workspace.denoPids()).length === 2);
    }, 60_000);

    test('a busy port, a data folder in use and a wrong option are one sentence and exit code 1', async () => {
        workspace = await startWorkspace({ dataDir });
        const port = new URL(workspace.url).port;
        expect(await startFails(['--port', port])).toEqual({ code: 1, errors: `Port ${port} is in use: stop what listens there or choose another one with --port.` });
        expect(await startFails(['--port', '0', '--data-dir', dataDir])).toEqual({ code: 1, errors: `The data folder ${dataDir} is used by another workspace (process ${workspace.pid}).` });
        expect(await startFails(['--port', 'abc'])).toEqual({ code: 1, errors: '--port must be a whole number from 0 to 65535, not "abc".' });
        expect((await startFails(['--quirk', 'unknown=1'])).errors).toContain('There is no quirk "unknown"');
    }, 60_000);
});
