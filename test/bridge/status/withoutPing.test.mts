import type { MatrixUserId } from '../../../src/ids/types';
import { CAROL } from '../../support/fakes/bridgedRoom.mts';
import { watchedRoom } from '../../support/fakes/watchedRoom.mts';

describe('a homeserver that has no ping and pushes no redactions', () => {
    const withoutPing = async () => {
        const w = await watchedRoom();
        const alice = (await w.rocketchat.userByName('alice'))!;
        w.homeserver.ping = async () => {
            w.homeserver.calls.push('ping');
            return { ok: false, reason: 'unsupported', detail: '' };
        };
        await w.bridge.outbound.messagePosted(w.rocketchat.write(w.room, alice, 'hello'));
        const secret = w.say('secret');
        await w.push(secret);
        await w.quiet();
        const watchdog = w.dog();
        const minute = async (): Promise<void> => {
            for (let tick = 0; tick < 12; tick += 1) {
                w.clock.pass(5_000);
                await watchdog.tick();
                await w.push(w.homeserver.write(w.matrixRoom, '@rocketchat:hs.test' as MatrixUserId, 'm.echo', {}));
            }
            await w.settled();
        };
        await minute();
        return { ...w, secret, minute, watchdog };
    };

    test('they are read within a minute', async () => {
        const w = await withoutPing();
        expect(w.texts()).toContain('secret');
        w.homeserver.write(w.matrixRoom, CAROL, 'm.room.redaction', {}, { redacts: w.secret.event_id });
        await w.minute();
        expect(w.texts()).not.toContain('secret');
    });

    test('a message whose push was lost is found as well', async () => {
        const w = await withoutPing();
        w.say('lost');
        await w.minute();
        await w.minute();
        expect(w.texts().join()).toContain('lost');
        expect(w.told).toEqual([]);
    });

    test('once one was pushed nothing is asked any more', async () => {
        const w = await withoutPing();
        await w.push(w.homeserver.write(w.matrixRoom, CAROL, 'm.room.redaction', {}, { redacts: w.secret.event_id }));
        w.homeserver.calls.length = 0;
        await w.minute();
        expect(w.homeserver.calls).toEqual([]);
    });

    test('until the settings name another homeserver', async () => {
        const w = await withoutPing();
        const other = w.say('said at the other one');
        await w.push(other, w.homeserver.write(w.matrixRoom, CAROL, 'm.room.redaction', {}, { redacts: w.secret.event_id }));
        w.watchdog.forget();
        w.homeserver.write(w.matrixRoom, CAROL, 'm.room.redaction', {}, { redacts: other.event_id });
        await w.minute();
        await w.minute();
        expect(w.texts()).toEqual(['hello']);
    });
});

