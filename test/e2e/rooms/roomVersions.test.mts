/** The bridge's rooms work in every room version that a homeserver may have as its default, and in rooms of others as well. */
import { BridgedRoom } from '../../support/bridgedRoom.mts';
import { unique } from '../../support/eventually.mts';
import { ownsHomeserver, useStack } from '../../support/servers/stack.mts';

describe.each(['10', '11', '12'])('room version %s', (version) => {
    const here = useStack({ roomVersion: version });

    (ownsHomeserver ? test : test.skip)('a bridged channel is a room of this version in which the owner and the bot have power', async () => {
        const { alice, carol, channel, roomId } = await BridgedRoom.make(here(), 'tower');
        const state = await carol.fullState(roomId);
        const create = state.find((event) => event.type === 'm.room.create');
        const levels = state.find((event) => event.type === 'm.room.power_levels')?.content;
        expect(create?.content.room_version).toBe(version);

        const creators = version === '12' ? [create?.sender, ...(create?.content.additional_creators ?? [])] : [];
        const power = (user: string): number => (creators.includes(user) ? Infinity : (levels?.users?.[user] ?? 0));
        expect(power(create?.sender as string)).toBeGreaterThanOrEqual(100);
        expect(power(here().ghostOf(alice))).toBeGreaterThanOrEqual(50);

        await alice.send(channel, 'talk');
        expect((await carol.waitForEvent(roomId, 'talk')).sender).toBe(here().ghostOf(alice));
        await carol.sendText(roomId, 'talk back');
        await alice.waitForMessage(channel, 'talk back');
        expect(await alice.run(channel, `/matrix invite @nobody-such:${here().serverName}`)).toMatch(/nobody-such/);
    }, 60_000);

    (ownsHomeserver ? test : test.skip)('a room of this version, made in Matrix, is bridged by inviting a ghost', async () => {
        const bob = await here().rocketchatUser('bob');
        const dave = await here().matrixUser('dave');
        const name = unique('den');
        const roomId = await dave.createRoom({ preset: 'private_chat', name, room_version: version, invite: [here().ghostOf(bob)] });
        const group = await bob.waitForRoom((room) => room.fname === name || room.name === name);
        await dave.sendText(roomId, 'welcome');
        await bob.waitForMessage(group, 'welcome');
        await bob.send(group, 'thanks');
        await dave.waitForEvent(roomId, 'thanks');
    }, 60_000);
});
