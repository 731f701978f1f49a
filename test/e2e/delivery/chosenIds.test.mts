/** A server that makes the ids of messages and users itself, as ones to come may: nothing is lost and nothing doubled there either. */
import { killSandbox } from '../../support/abuse/deno.mts';
import { BridgedRoom } from '../../support/bridgedRoom.mts';
import { eventually, sleep } from '../../support/eventually.mts';
import type { RcMessage } from '../../support/clients/rocketchat.mts';
import { ownsHomeserver, ownsWorkspace, useStack } from '../../support/servers/stack.mts';

const ours = ownsWorkspace && ownsHomeserver;
const here = useStack(ours ? { quirks: ['chosenMessageIds=false', 'chosenUserIds=false'] } : {});

(ours ? test : test.skip)('messages are changed, answered and taken back, and a burst outlives two deaths of the sandbox', async () => {
    const { alice, carol, channel, roomId } = await BridgedRoom.make(here(), 'own-ids');
    const event = await carol.sendText(roomId, 'tpyo');
    const message = await alice.waitForMessage(channel, 'tpyo');
    expect(message._id).not.toMatch(/^mx/);
    const relation = (rel_type: string, more = {}) => ({ 'm.relates_to': { rel_type, event_id: event, ...more } });

    await carol.sendText(roomId, '* typo', { 'm.new_content': { msgtype: 'm.text', body: 'typo' }, ...relation('m.replace') });
    await carol.send(roomId, 'm.reaction', relation('m.annotation', { key: '🎉' }));
    const isChanged = ({ _id, msg, reactions }: RcMessage): boolean => _id === message._id && msg === 'typo' && Boolean(reactions?.[':tada:']);
    await alice.waitForMessage(channel, isChanged);
    await carol.sendText(roomId, 'an answer', { 'm.relates_to': { 'm.in_reply_to': { event_id: event } } });
    await alice.waitForMessage(channel, ({ msg }) => msg.includes(`msg=${message._id}`) && msg.endsWith('an answer'));
    await carol.redact(roomId, event);
    await eventually(async () => (await alice.messages(channel)).every(({ _id, t }) => _id !== message._id || t), { timeout: 50_000, what: 'it to be gone' });

    const numbers = [...Array(40).keys()].map((n) => `number ${n}`);
    const write = async (): Promise<void> => {
        for (const text of numbers) {
            await carol.sendText(roomId, text);
        }
    };
    const kill = async (): Promise<void> => {
        for (let kills = 0; kills < 2; kills += 1) {
            await sleep(400);
            await killSandbox(here().workspace);
            await alice.send(channel, `alive ${kills}`);
        }
    };
    await Promise.all([write(), kill()]);
    const arrived = async (): Promise<string[]> => (await alice.messages(channel)).map(({ msg }) => msg.replace(/^🕒.*?: /, '')).filter((text) => text.startsWith('number '));
    await eventually(async () => new Set(await arrived()).size === numbers.length, { timeout: 90_000, what: 'all of them' });
    await sleep(2_000);
    expect(await arrived()).toEqual(numbers);
    expect(new Set((await alice.messages(channel)).filter(({ msg }) => msg.startsWith('number ')).map(({ u }) => u._id)).size).toBe(1);
}, 240_000);
