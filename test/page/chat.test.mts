/** The page, as a person uses it: what one types on one side shows on the other. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Locator, Page } from 'playwright-core';
import { launchChromium } from '../support/clients/chromium.mts';
import { unique } from '../support/eventually.mts';
import { Started } from '../support/servers/started.mts';
import type { Running } from '../../workspace/cli/state.mts';

jest.setTimeout(180_000);

let started: Started;
let running: Running;
let browser: Browser;
let page: Page;
const problems: string[] = [];

const pane = (title: string): Locator => page.getByRole('region', { name: title, exact: true });
const messages = (title: string): Locator => pane(title).locator('.message');

async function type(title: string, text: string): Promise<void> {
    const input = pane(title).getByRole('textbox', { name: 'Message' });
    await input.fill(text);
    await input.press('Enter');
}

beforeAll(async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'bridge-page-'));
    started = Started.run(dataDir);
    running = await started.ready();
    browser = await launchChromium();
    page = await browser.newPage({ viewport: { width: 1360, height: 760 } });
    page.setDefaultTimeout(60_000);
    page.on('pageerror', (error) => problems.push(error.message));
    await page.goto(running.rocketchat.url);
});

afterAll(async () => {
    await browser?.close();
    await started?.stop();
    await rm(started.dataDir, { recursive: true, force: true });
});

test('shows the rooms of the workspace and a Matrix client, each with a demo user logged in', async () => {
    const { room } = running.rocketchat;
    await pane('Rocket.Chat').getByRole('heading', { name: `#${room?.name}` }).waitFor();
    await pane('Matrix').getByRole('heading', { name: `#${room?.name}` }).waitFor();
    await pane('Rocket.Chat').getByRole('button', { name: `# ${room?.name}` }).waitFor();
});

test('what is typed in Rocket.Chat shows in the Matrix client, under the name of the one who typed it', async () => {
    const text = unique('from the left');
    await type('Rocket.Chat', text);
    const arrived = messages('Matrix').filter({ hasText: text });
    await arrived.waitFor();
    await messages('Rocket.Chat').filter({ hasText: text }).waitFor();
    expect(await pane('Matrix').locator('.author').last().textContent()).toBe('Alice Adams');
    expect(await arrived.count()).toBe(1);
});

test('what is typed in the Matrix client shows in Rocket.Chat, under the name of the one who typed it', async () => {
    const text = unique('from the right');
    await type('Matrix', text);
    const arrived = messages('Rocket.Chat').filter({ hasText: text });
    await arrived.waitFor();
    await messages('Matrix').filter({ hasText: text }).waitFor();
    expect(await pane('Rocket.Chat').locator('.author').last().textContent()).toBe('Carol Clark');
    expect(await arrived.count()).toBe(1);
});

test('a conversation keeps its order on both sides', async () => {
    const talk = unique('talk');
    const texts = ['one', 'two', 'three', 'four'].map((word) => `${talk} ${word}`);
    for (const [index, text] of texts.entries()) {
        const [here, there] = index % 2 === 0 ? ['Rocket.Chat', 'Matrix'] : ['Matrix', 'Rocket.Chat'];
        await type(here, text);
        await messages(there).filter({ hasText: text }).waitFor();
    }
    for (const title of ['Rocket.Chat', 'Matrix']) {
        const seen = await messages(title).locator('.text').allTextContents();
        expect(seen.filter((text) => text.startsWith(talk))).toEqual(texts);
    }
});

test('a command is answered to the one who types it, and is no message', async () => {
    await type('Rocket.Chat', '/matrix help');
    await pane('Rocket.Chat').locator('.notice.whisper').filter({ hasText: '/matrix bridge' }).waitFor();
    expect(await messages('Matrix').filter({ hasText: '/matrix' }).count()).toBe(0);
});

test('one can log out and log in as another demo user', async () => {
    await pane('Rocket.Chat').getByRole('button', { name: 'Log out' }).click();
    await pane('Rocket.Chat').getByRole('button', { name: 'Log in as bob' }).click();
    await pane('Rocket.Chat').getByText('Bob Brown', { exact: true }).first().waitFor();
    const text = unique('from Bob');
    await type('Rocket.Chat', text);
    await messages('Matrix').filter({ hasText: text }).waitFor();
    expect(await pane('Matrix').locator('.author').last().textContent()).toBe('Bob Brown');
});

test('no script failed meanwhile', () => {
    expect(problems).toEqual([]);
});
