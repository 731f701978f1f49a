/** The project is packaged and deployed at its root with the real, unchanged `rc-apps` of Rocket.Chat. */
import { execFile } from 'node:child_process';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import AdmZip from 'adm-zip';
import { BridgeApp, packageApp, projectRoot } from '../../support/apps/app.mts';
import type { RocketChat } from '../../support/clients/rocketchat.mts';
import { startWorkspace, type Workspace } from '../../support/servers/workspace.mts';

/** Compiles every source below the root: half a minute, and many of them on a busy machine. */
const patience = 600_000;

const rcApps = (...args: string[]): Promise<{ stdout: string }> =>
    promisify(execFile)(process.execPath, [join(projectRoot, 'node_modules/@rocket.chat/apps-cli/bin/run'), ...args], { cwd: projectRoot, timeout: patience });

const entries = (zip: string): string[] => new AdmZip(zip).getEntries().map((entry) => entry.entryName);

test('npm run package makes a zip of the app alone, small enough for every server', async () => {
    const zip = await packageApp();
    expect((await stat(zip)).size).toBeLessThanOrEqual(600_000);
    const names = entries(zip);
    expect(names).toEqual(expect.arrayContaining(['app.json', 'MatrixBridgeApp.js', 'i18n/en.json']));
    expect(names.filter((name) => /^(test|workspace|tools|bench|docs|node_modules|dist)\/|lock|\.mts$|\.mjs$/.test(name))).toEqual([]);
}, patience);

describe('rc-apps deploy', () => {
    let workspace: Workspace;
    let admin: RocketChat;
    const status = async (): Promise<string> => (await admin.get(`apps/${id}/status`)).status;
    const settings = async (): Promise<any> => (await admin.get(`apps/${id}/settings`)).settings;
    let id: string;
    let manifest: string;

    beforeAll(async () => {
        manifest = await readFile(join(projectRoot, 'app.json'), 'utf8');
        id = JSON.parse(manifest).id;
        workspace = await startWorkspace({});
        admin = await workspace.login();
    }, 60_000);
    afterAll(() => workspace.stop());

    test('packages at the root, installs the app, and leaves the sources as they were', async () => {
        await rcApps('deploy', '--url', workspace.url, '--username', workspace.admin.username, '--password', workspace.admin.password);
        expect(await status()).toMatch(/enabled/);
        expect(entries(join(projectRoot, 'dist', `matrix-bridge_${JSON.parse(manifest).version}.zip`))).toContain('MatrixBridgeApp.js');
        expect(await readFile(join(projectRoot, 'app.json'), 'utf8')).toBe(manifest);
    }, patience);

    test('what it installed is updated by our own package, and keeps its settings', async () => {
        const { Federation_Matrix_as_token: token } = await settings();
        await BridgeApp.deploy(admin, await packageApp());
        expect((await settings()).Federation_Matrix_as_token.value).toBe(token.value);
        expect(await status()).toMatch(/enabled/);
    }, patience);
});
