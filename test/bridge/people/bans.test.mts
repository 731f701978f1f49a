/** Bans in Rocket.Chat: no leave event tells of them, and an app that adds the user lifts them (`banUserFromRoom.ts`, `addUserToRoom.ts`). */
import { Bridge } from '../../../src/bridge/Bridge';
import type { RcUser } from '../../../src/rocketchat/RocketChat';
import { failure } from '../../support/fakes/FakeHomeserver.mts';
import { bridgedRoom, CAROL } from '../../support/fakes/bridgedRoom.mts';

async function talking() {
    const w = await bridgedRoom({ kind: 'p' });
    await w.push(w.carolSays('one'));
    const puppet = [...w.rocketchat.users.values()].find(({ isPuppet }) => isPuppet)!;
    const { members } = w.rocketchat.rooms.get(w.room.id)!;
    const told = async (systemType: string, { username }: RcUser): Promise<void> => {
        await w.bridge.outbound.systemMessage(w.rocketchat.write(w.room, w.alice, username, { systemType, ts: w.clock.now() }));
        await w.quiet();
    };
    const ban = async (user: RcUser): Promise<void> => {
        members.delete(user.id);
        await told('user-banned', user);
    };
    const membership = (user = CAROL) => w.matrixRoom.members.get(user);
    const comesBack = async (): Promise<void> => {
        w.matrixRoom.members.set(CAROL, 'join');
        await w.push(w.homeserver.write(w.matrixRoom, CAROL, 'm.room.member', { membership: 'join' }, { state_key: CAROL }));
    };
    return { ...w, puppet, members, told, ban, membership, comesBack };
}

test('whoever is banned here is banned on Matrix, and may come back when that is lifted', async () => {
    const w = await talking();
    await w.ban(w.puppet);
    expect(w.membership()).toBe('ban');
    await w.told('user-unbanned', w.puppet);
    expect(w.membership()).toBe('leave');
    await w.comesBack();
    await w.push(w.carolSays('back'));
    expect(w.textsInRocketChat().slice(-1)).toEqual(['back']);
});

test('the bridge lifts no ban, though Matrix does not keep the person out: neither this process nor the next', async () => {
    const w = await talking();
    w.homeserver.faults.ban = Array(2).fill(failure(403, 'M_FORBIDDEN'));
    await w.ban(w.puppet);
    expect(w.rocketchat.whispers.map(({ text }) => text)).toEqual([expect.stringMatching(/could not be brought to Matrix/)]);
    await w.push(w.carolSays('still here'));
    await w.comesBack();
    const next = new Bridge(w.context);
    await next.handleTransaction('next', [w.carolSays('still there')], []);
    expect(w.members.has(w.puppet.id)).toBe(false);
    expect(w.textsInRocketChat()).not.toContain('still here');
    expect((await w.bridge.deadLetters.all()).map(({ reason }) => reason)).toContain(`${CAROL} is banned from this room in Rocket.Chat.`);
});

test('one of our own people who is banned leaves the room on Matrix, and nobody else is meant by a name that is not there', async () => {
    const w = await talking();
    await w.bridge.outbound.messagePosted(w.rocketchat.write(w.room, w.bob, 'hello'));
    await w.quiet();
    await w.ban(w.bob);
    const ghost = [...w.matrixRoom.members].find(([user]) => user.includes('bob'))!;
    expect(ghost[1]).toBe('leave');
    await w.told('user-banned', { ...w.bob, username: 'nobody' });
    expect(w.membership()).toBe('join');
});
