/** The admins hear of it when the homeserver needs the registration again: which fields differ, and no secret. */
import { load } from 'js-yaml';
import { setting } from '../../support/apps/app.mts';
import { eventually, sleep } from '../../support/eventually.mts';
import { useStack } from '../../support/servers/stack.mts';

const here = useStack();

/** What the app's user wrote to the admin who installed the app. */
const notices = async (): Promise<string[]> => {
    const rooms = (await here().admin.rooms()).filter(({ t }) => t === 'd');
    const texts = await Promise.all(rooms.map((room) => here().admin.messages(room)));
    return texts.flat().map(({ msg }) => msg).filter((text) => text.includes('registration'));
};

test('several changes in a row are one notice; a setting that the homeserver does not need is none', async () => {
    // What the homeserver has is known from the first time that the bridge was on.
    await sleep(6_000);
    expect(await notices()).toEqual([]);
    await here().app.change({ [setting.homeserverUrl]: `${here().homeserver.url}/` });
    const secrets = Object.values(load(await here().app.registration()) as Record<string, unknown>).filter((value) => typeof value === 'string' && value.length > 40);
    await here().app.change({ [setting.localpart]: 'postmaster', [setting.prefix]: 'chat_' });
    const [notice] = await eventually(async () => {
        const found = await notices();
        return found.length > 0 && found;
    }, { timeout: 20_000, what: 'a notice for the admin' });
    for (const field of ['as_token', 'sender_localpart', 'namespaces']) {
        expect(notice).toContain(field);
    }
    expect(notice).not.toMatch(/hs_token|`url`/);
    secrets.forEach((secret) => expect(notice).not.toContain(secret));
    await sleep(6_000);
    expect(await notices()).toHaveLength(1);
}, 60_000);
