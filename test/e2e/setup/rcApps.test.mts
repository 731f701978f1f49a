/** The project is packaged and deployed at its root with the real, unchanged `rc-apps` of Rocket.Chat. */
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import AdmZip from 'adm-zip';
import { packageApp, projectRoot } from '../../support/app.mts';
import { RocketChat } from '../../support/rocketchat.mts';
import { startWorkspace, type Workspace } from '../../support/workspace.mts';

const rcApps = (...args: string[]): Promise<{ stdout: string; stderr: string }> =>
    promisify(execFile)(process.execPath, [join(projectRoot, 'node_modules/@rocket.chat/apps-cli/bin/run'), ...args], { cwd: projectRoot, timeout: 240_000 });

const entries = (zip: string): string[] => new AdmZip(zip).getEntries().map((entry) => entry.entryName);

test('npm run package makes a zip of the app alone, small enough for every server', async () => {
    const zip = await packageApp();
    expect((await stat(zip)).size).toBeLessThanOrEqual(600_000);
    const names = entries(zip);
    expect(names).toEqual(expect.arrayContaining(['app.json', 'MatrixBridgeApp.js', 'i18n/en.json']));
    expect(names.filter((name) => /^(test|workspace|tools|bench|docs|node_modules|dist)\/|lock|\.mts$|\.mjs$/.test(name))).toEqual([]);
});

test('rc-apps package works at the root and leaves the sources as they were', async () => {
    const before = await readFile(join(projectRoot, 'app.json'), 'utf8');
    const { version } = JSON.parse(before);
    await rcApps('package');
    const zip = (await readdir(join(projectRoot, 'dist'))).find((name) => name.endsWith(`_${version}.zip`));
    expect(entries(join(projectRoot, 'dist', zip as string))).toContain('MatrixBridgeApp.js');
    expect(await readFile(join(projectRoot, 'app.json'), 'utf8')).toBe(before);
}, 300_000);

describe('rc-apps deploy', () => {
    let workspace: Workspace;
    let home: string;

    beforeAll(async () => {
        home = await mkdtemp(join(tmpdir(), 'bridge-deploy-'));
        workspace = await startWorkspace({});
    }, 60_000);
    afterAll(async () => {
        await workspace.stop();
        await rm(home, { recursive: true, force: true });
    });

    const deploy = (): Promise<{ stdout: string }> =>
        rcApps('deploy', '--url', workspace.url, '--username', workspace.admin.username, '--password', workspace.admin.password);

    test('installs the app, enabled, and updates it the second time', async () => {
        const { id } = JSON.parse(await readFile(join(projectRoot, 'app.json'), 'utf8'));
        const admin = await RocketChat.login(workspace.url, workspace.admin.username, workspace.admin.password);
        await deploy();
        expect((await admin.get(`apps/${id}/status`)).status).toMatch(/enabled/);
        const { settings } = await admin.get(`apps/${id}/settings`);
        expect((await deploy()).stdout).toMatch(/updating/);
        expect((await admin.get(`apps/${id}/settings`)).settings.Federation_Matrix_as_token.value).toBe(settings.Federation_Matrix_as_token.value);
        expect((await admin.get(`apps/${id}/status`)).status).toMatch(/enabled/);
    }, 600_000);
});
