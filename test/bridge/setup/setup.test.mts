import { Setup, type SetupState } from '../../../src/bridge/setup/Setup';
import { SettingId, settings, type RawSettings } from '../../../src/config/settings';
import { EngineLog } from '../../../src/errors/EngineLog';

/**
 * The settings of one server with several instances, as the engine keeps them: a write is not there on return, runs through the
 * registration hook, and then every instance is told.
 */
function server(initial: RawSettings = {}) {
    const values: RawSettings = Object.fromEntries(settings.map(({ id, packageValue }) => [id, packageValue]));
    Object.assign(values, initial);
    const instances: Setup[] = [];
    const writes: SettingId[] = [];
    const changes: SetupState[] = [];
    let pending: Promise<void> = Promise.resolve();

    const store = async (id: SettingId, value: unknown, at: Setup): Promise<void> => {
        values[id] = id === SettingId.RegistrationFile ? await at.registrationText() : value;
        await Promise.all(instances.map((instance) => instance.refresh()));
    };
    const instance = (privateApi: string | undefined = 'http://rc.test/api/apps/private/a/b'): Setup => {
        const setup: Setup = new Setup(
            {
                read: async () => ({ ...values }),
                write: async (id, value) => {
                    writes.push(id);
                    pending = pending.then(() => store(id, value, setup));
                },
            },
            { privateApi: async () => privateApi },
            new EngineLog(),
            async (now) => void changes.push(now),
        );
        instances.push(setup);
        return setup;
    };
    const quiet = async (): Promise<void> => {
        for (let last; last !== pending;) {
            last = pending;
            await last;
            await new Promise((resolve) => setImmediate(resolve));
        }
    };
    /** As an admin does it: through the first instance. */
    const change = async (given: RawSettings): Promise<void> => {
        for (const [id, value] of Object.entries(given)) {
            await store(id as SettingId, value, instances[0]);
        }
        await quiet();
    };
    return { values, writes, changes, instance, change, quiet };
}

const set: RawSettings = { [SettingId.HomeserverDomain]: 'hs.test' };

describe('set-up', () => {
    it('makes the tokens once and keeps them', async () => {
        const { values, instance, quiet } = server();
        const setup = instance();
        await setup.start();
        await quiet();
        const tokens = [values[SettingId.HsToken], values[SettingId.AsToken]];
        expect(tokens).toEqual([expect.stringMatching(/^[0-9a-f]{64}$/), expect.stringMatching(/^[0-9a-f]{64}$/)]);
        expect(tokens[0]).not.toBe(tokens[1]);
        await setup.start();
        await quiet();
        expect([values[SettingId.HsToken], values[SettingId.AsToken]]).toEqual(tokens);
    });

    it('takes an emptied token for none, not for the one that it once made', async () => {
        const { values, instance, change, quiet } = server(set);
        const setup = instance();
        await setup.start();
        await quiet();
        expect(setup.state.config).toBeDefined();
        await change({ [SettingId.HsToken]: '' });
        expect(setup.state.config).toBeUndefined();
        expect(values[SettingId.RegistrationFile]).toMatch(/^# The homeserver token is missing/);
    });

    it('writes why there is no registration yet, then the registration', async () => {
        const { values, instance, change, quiet } = server();
        await instance().start();
        await quiet();
        expect(values[SettingId.RegistrationFile]).toMatch(/^# The homeserver domain is missing/);
        await change(set);
        expect(values[SettingId.RegistrationFile]).toContain('^@rc_.*:hs\\.test$');
        await change({ [SettingId.GhostPrefix]: 'x_', [SettingId.Id]: 'other' });
        expect(values[SettingId.RegistrationFile]).toContain('^@x_.*:hs\\.test$');
        expect(values[SettingId.RegistrationFile]).toContain("id: 'other'");
    });

    it('puts back what was typed into the registration, without a write of its own', async () => {
        const { values, writes, instance, change, quiet } = server(set);
        await instance().start();
        await quiet();
        const right = values[SettingId.RegistrationFile];
        writes.length = 0;
        await change({ [SettingId.RegistrationFile]: 'id: mine' });
        expect(values[SettingId.RegistrationFile]).toBe(right);
        expect(writes).toEqual([]);
    });

    it('writes nothing when everything is right already', async () => {
        const { writes, instance, change, quiet } = server(set);
        await instance().start();
        await quiet();
        writes.length = 0;
        await change({ [SettingId.Enabled]: true });
        await change({ [SettingId.HomeserverUrl]: 'http://other.test' });
        expect(writes).toEqual([]);
    });

    it('gives the bot\'s new name a new token, the same from two instances', async () => {
        const { values, instance, change, quiet } = server(set);
        const [first, second] = [instance(), instance()];
        await first.start();
        await quiet();
        await second.start();
        await quiet();
        const before = values[SettingId.AsToken];
        await change({ [SettingId.BridgeLocalpart]: 'postmaster' });
        const after = values[SettingId.AsToken];
        expect(after).not.toBe(before);
        expect(first.state.config?.asToken).toBe(after);
        expect(second.state.config?.asToken).toBe(after);
        expect(values[SettingId.RegistrationFile]).toContain(String(after));
        await change({ [SettingId.Enabled]: true });
        expect(values[SettingId.AsToken]).toBe(after);
    });

    it('rotates both tokens', async () => {
        const { values, instance, quiet } = server(set);
        const setup = instance();
        await setup.start();
        await quiet();
        const before = [values[SettingId.HsToken], values[SettingId.AsToken]];
        await setup.rotateTokens();
        await quiet();
        expect(before).not.toContain(values[SettingId.HsToken]);
        expect(before).not.toContain(values[SettingId.AsToken]);
        expect(values[SettingId.RegistrationFile]).toContain(String(values[SettingId.AsToken]));
    });

    it('leaves the registration alone while it does not know its own address', async () => {
        const { values, instance, quiet } = server({ ...set, [SettingId.RegistrationFile]: 'as it was' });
        const setup = instance('');
        await setup.start();
        await quiet();
        expect(values[SettingId.RegistrationFile]).toBe('as it was');
        expect(setup.state.config).toBeDefined();
        expect(setup.state.registration).toBeUndefined();
    });

    it('tells of changes, once each', async () => {
        const { changes, instance, change, quiet } = server(set);
        await instance().start();
        await quiet();
        changes.length = 0;
        await change({ [SettingId.Enabled]: true });
        expect(changes.map(({ config }) => config?.enabled)).toEqual([true]);
        await change({ [SettingId.Enabled]: true });
        expect(changes).toHaveLength(1);
    });
});
