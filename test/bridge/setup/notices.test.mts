import { Admins } from '../../../src/bridge/setup/Admins';
import { RegistrationWatch } from '../../../src/bridge/setup/RegistrationWatch';
import { EngineLog } from '../../../src/errors/EngineLog';
import type { RcUserId } from '../../../src/ids/types';
import type { Registration } from '../../../src/matrix/registration';
import { turns } from '../../support/fakes/FakeClock.mts';
import { FakeRocketChat } from '../../support/fakes/FakeRocketChat.mts';
import { FakeClock } from '../../support/fakes/FakeClock.mts';

const registration = (changes: Partial<Registration> = {}): Registration => ({
    'id': 'rocketchat',
    'url': 'http://rc.test',
    'as_token': 'secret-a',
    'hs_token': 'secret-h',
    'sender_localpart': 'rocketchat',
    'rate_limited': false,
    'receive_ephemeral': true,
    'de.sorunome.msc2409.push_ephemeral': true,
    'namespaces': { users: [], aliases: [], rooms: [] },
    ...changes,
});

describe('notice of a changed registration', () => {
    const setUp = () => {
        const { store } = new FakeRocketChat();
        const now: { registration?: Registration; ready: boolean } = { registration: registration(), ready: true };
        const told: string[] = [];
        const clock = new FakeClock();
        const watch = (): RegistrationWatch =>
            new RegistrationWatch(store, clock, new EngineLog(), () => now.registration, () => now.ready, async (text) => void told.push(text));
        const settle = (): Promise<void> => turns(60);
        return { store, now, told, watch, settle };
    };

    it('comes once for several changes, names the fields and no secret', async () => {
        const { now, told, watch, settle, store } = setUp();
        const one = watch();
        one.look();
        await settle();
        expect(told).toEqual([]);
        now.registration = registration({ as_token: 'secret-b' });
        one.look();
        now.registration = registration({ as_token: 'secret-b', url: 'http://other.test' });
        one.look();
        await settle();
        expect(told).toEqual([expect.stringContaining('`url`, `as_token`')]);
        expect(told[0] + JSON.stringify(store.documents)).not.toContain('secret');
    });

    it('comes also when the change follows at once on the first time that the bridge is on', async () => {
        const { now, told, watch, settle } = setUp();
        const one = watch();
        one.look();
        now.registration = undefined;
        one.look();
        now.registration = registration({ as_token: 'secret-b' });
        one.look();
        await settle();
        expect(told).toEqual([expect.stringContaining('`as_token`')]);
    });

    it('comes from one of two instances', async () => {
        const { now, told, watch, settle } = setUp();
        const [one, other] = [watch(), watch()];
        one.look();
        await settle();
        now.registration = registration({ id: 'x' });
        one.look();
        await settle();
        other.look();
        await settle();
        expect(told).toHaveLength(1);
    });

    it('waits for the store, and for the bridge to be switched on', async () => {
        const { now, told, watch, settle } = setUp();
        const one = watch();
        one.look();
        await settle();
        now.registration = undefined;
        one.look();
        await settle();
        now.registration = registration({ id: 'x' });
        now.ready = false;
        one.look();
        await settle();
        expect(told).toEqual([]);
        now.ready = true;
        one.look();
        await settle();
        expect(told).toHaveLength(1);
    });
});

describe('administrators', () => {
    it('are told when they still are administrators', async () => {
        const rocketchat = new FakeRocketChat();
        const told: string[] = [];
        rocketchat.tell = async (id) => void told.push(id);
        rocketchat.user = async (id) => ({ id, username: id, name: id, type: 'user', active: id !== 'gone', roles: id === 'demoted' ? ['user'] : ['admin'], isPuppet: false, isAppUser: false });
        const admins = new Admins(rocketchat, new EngineLog());
        for (const id of ['gone', 'demoted', 'anna', 'berta', 'anna']) {
            await admins.remember(id as RcUserId);
        }
        expect(await admins.tell('hello')).toBe(2);
        expect(told).toEqual(['anna', 'berta']);
    });

    it('are told also when one of them cannot be', async () => {
        const rocketchat = new FakeRocketChat();
        const told: string[] = [];
        rocketchat.user = async (id) => ({ id, username: id, name: id, type: 'user', active: true, roles: ['admin'], isPuppet: false, isAppUser: false });
        rocketchat.tell = async (id) => (id === 'berta' ? Promise.reject(new Error('no')) : void told.push(id));
        const admins = new Admins(rocketchat, new EngineLog());
        await admins.remember('anna' as RcUserId);
        await admins.remember('berta' as RcUserId);
        expect(await admins.tell('hello')).toBe(1);
    });
});
