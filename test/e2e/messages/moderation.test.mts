/** Edits and deletions beyond the simple ones: of captions, by moderators, to nothing, of several files, in the wrong order; both ways. */
import { Network } from '../../support/abuse/network.mts';
import { setting } from '../../support/apps/app.mts';
import { eventually, unique } from '../../support/eventually.mts';
import { useBridgedRoom } from '../../support/bridgedRoom.mts';
import { postFiles } from '../../support/files.mts';
import { downloadMedia, uploadMedia } from '../../support/media.mts';
import type { MatrixEvent } from '../../support/clients/matrix.mts';
import type { RcMessage } from '../../support/clients/rocketchat.mts';
import { testWithOwnServers } from '../../support/servers/stack.mts';

const room = useBridgedRoom('moderation');
const gone = (message: Pick<RcMessage, '_id'>): Promise<boolean> =>
    eventually(async () => !(await room().alice.messages(room().channel)).some(({ _id, t }) => _id === message._id && !t), { what: `${message._id} to go` });

describe('edits', () => {
    test('of an edited message, and to nothing, both ways', async () => {
        const { alice } = room();
        const { message, event } = await room().fromAlice();
        for (const text of ['second', 'third *try*']) {
            await alice.edit(message, text);
            await room().editOf(event.event_id, text);
        }
        const { eventId } = await room().fromCarol();
        await room().edit(eventId, 'second');
        await room().messageOf(eventId, ({ msg }) => msg === 'second');
        await room().edit(eventId, '');
        await room().messageOf(eventId, ({ msg }) => msg === '_(empty message)_');
        await room().edit(eventId, 'third');
        await room().messageOf(eventId, ({ msg }) => msg === 'third');
    });

    test('of a message that became nothing but an answer', async () => {
        const { message: asked } = await room().fromCarol();
        const link = await room().linkOf(asked);
        const { message, event } = await room().fromAlice(`[ ](${link}) words`);
        await room().alice.edit(message, `[ ](${link})`);
        await room().editOf(event.event_id, '↩');
    });

    test('by a moderator: of a colleague it is the colleague\'s, of somebody on Matrix it stays here, and is told', async () => {
        const { stack, channel, carol, roomId } = room();
        const admin = stack.admin;
        await admin.post('v1/channels.join', { roomId: channel._id });
        await admin.listen();
        const own = await room().fromAlice();
        await admin.edit(own.message, 'mended by the admin');
        expect((await room().editOf(own.event.event_id, 'mended by the admin')).sender).toBe(stack.ghostOf(room().alice));
        const others = await room().fromCarol();
        await admin.edit(others.message, 'mended here');
        await eventually(() => admin.whispersIn(channel).some((text) => text.includes('only its author')), { what: 'the note' });
        expect((await carol.events(roomId)).some(({ content }) => JSON.stringify(content).includes('mended here'))).toBe(false);
    });

    testWithOwnServers('of texts that do not fit into an event: the file behind them follows', async () => {
        const { stack, alice, carol, roomId } = room();
        const long = (word: string): string => `${word} ${'words '.repeat(12_000)}end`;
        const wholeIn = async (content: MatrixEvent['content']): Promise<string> => (await downloadMedia(carol, content.url)).content.toString();
        await stack.admin.post('v1/settings/Message_MaxAllowedSize', { value: 100_000 });
        try {
            const message = await alice.send(room().channel, long('first'));
            const file = await room().eventOf(message, ({ content }) => content.filename === 'message.txt');
            await alice.edit(message, long('second'));
            const edit = await carol.waitForEvent(roomId, ({ content }) => content['m.relates_to']?.rel_type === 'm.replace' && content['m.relates_to'].event_id === file.event_id);
            expect(await wholeIn(edit.content['m.new_content'])).toBe(long('second'));
            const event = await room().eventOf(message, ({ content }) => content.msgtype === 'm.text' && !content['m.new_content']);
            await alice.edit(message, 'short');
            await room().editOf(event.event_id, 'short');
            await room().waitForRedaction(file.event_id);
        } finally {
            await stack.admin.post('v1/settings/Message_MaxAllowedSize', { value: 5_000 });
        }
    }, 60_000);

    test('of very long texts from Matrix lose nothing, and leave no file of the text before', async () => {
        const { alice, carol, channel, roomId } = room();
        const long = (word: string): string => `${word} ${`${word} `.repeat(3_600)}end`;
        const eventId = await carol.sendText(roomId, long('first'));
        const message = await alice.waitForMessage(channel, ({ msg, t }) => !t && msg.startsWith('first first'));
        expect(message.attachments).toMatchObject([{ title: 'message.txt' }]);
        await room().edit(eventId, long('second'));
        const parts = async (): Promise<string[]> => (await alice.messages(channel)).filter(({ msg, t }) => !t && msg.startsWith('second')).map(({ msg }) => msg);
        await eventually(async () => (await parts()).join(' ') === long('second'), { what: 'all of the text' });
        expect((await alice.message(message._id)).attachments ?? []).toEqual([]);
        await room().edit(eventId, 'short');
        await eventually(async () => (await parts()).length === 0, { what: 'the further texts to go' });
        expect((await alice.message(message._id)).msg).toBe('short');
    });

    test('of which several come at once: the newest counts', async () => {
        const { eventId } = await room().fromCarol();
        await Promise.all(['a', 'b', 'c'].map((body) => room().edit(eventId, body)));
        const newest = (await room().carol.events(room().roomId)).filter(({ content }) => content['m.relates_to']?.event_id === eventId).pop();
        await room().messageOf(eventId, ({ msg }) => msg === newest?.content['m.new_content'].body);
    });
});

describe('deletions', () => {
    test('on Matrix by who has the power, with the reason; by others nothing', async () => {
        const { alice, carol, stack } = room();
        const name = unique('hers');
        const own = await carol.createRoom({ preset: 'private_chat', name, invite: [stack.ghostOf(alice)] });
        const channel = await alice.waitForRoom((one) => one.fname === name || one.name === name);
        const message = await alice.send(channel, unique('spam'));
        const event = await carol.waitForEvent(own, message.msg);
        await carol.redact(own, event.event_id, 'this is *spam*');
        const note = await alice.waitForMessage(channel, '🗑️');
        expect(note.msg).toBe('🗑️ _deleted a message of_ Alice Liddell _on Matrix:_ this is \\*spam\\*');
        expect((await alice.messages(channel)).some(({ _id, t }) => _id === message._id && !t)).toBe(false);
        // In a room of ours Carol has no such power.
        const kept = await room().fromAlice();
        await expect(carol.redact(room().roomId, kept.event.event_id)).rejects.toThrow('403');
    });

    test('by a moderator of Rocket.Chat, of messages of both sides', async () => {
        const { stack } = room();
        const [own, others] = [await room().fromAlice(), await room().fromCarol()];
        for (const { _id } of [own.message, others.message]) await stack.admin.post('v1/chat.delete', { roomId: room().channel._id, msgId: _id });
        for (const event of [own.event.event_id, others.eventId]) {
            const { unsigned } = await room().waitForRedaction(event);
            expect(unsigned?.redacted_because.content.reason).toMatch(/^Deleted by .+ on Rocket\.Chat$/);
        }
    });

    test('of a message with several files, whose caption was edited before', async () => {
        const { alice, channel } = room();
        const files = ['a', 'b'].map((name) => ({ name: `${unique(name)}.txt`, type: 'text/plain', content: Buffer.from(name) }));
        const { _id } = await postFiles(alice, channel, files, 'my notes');
        const eventOf = ({ name }: { name: string }) => room().carol.waitForEvent(room().roomId, ({ content }) => content.filename === name);
        const [first, second] = await Promise.all(files.map(eventOf));
        await alice.edit(await alice.message(_id), 'my better notes');
        const edit = await room().editOf(first.event_id, 'my better notes');
        expect(edit.content['m.new_content']).toMatchObject({ filename: first.content.filename, url: first.content.url });
        await alice.deleteMessage(await alice.message(_id));
        await Promise.all([first, second].map(({ event_id: id }) => room().waitForRedaction(id)));
    });

    test('of a file from Matrix, whose caption was edited before', async () => {
        const { carol, alice, channel } = room();
        const filename = `${unique('notes')}.txt`;
        const file = { msgtype: 'm.file', filename, url: await uploadMedia(carol, Buffer.from('her notes'), 'text/plain'), info: { mimetype: 'text/plain' } };
        const eventId = await carol.send(room().roomId, 'm.room.message', { ...file, body: 'my notes' });
        const shown = await alice.waitForMessage(channel, 'my notes');
        await room().edit(eventId, 'my better notes', file);
        const edited = await alice.waitForMessage(channel, 'my better notes');
        expect(edited).toMatchObject({ _id: shown._id, file: { name: filename } });
        await room().edit(eventId, filename, file);
        await alice.waitForMessage(channel, ({ _id: id, msg }) => id === shown._id && msg === '');
        await carol.redact(room().roomId, eventId);
        await gone(shown);
    });

    test('of a long message from Matrix take all its parts', async () => {
        const lines = Array.from({ length: 200 }, (_, line) => `long ${line} ${'x'.repeat(40)}`);
        const { eventId, message } = await room().fromCarol(lines.join('\n'));
        await room().alice.waitForMessage(room().channel, 'long 199 ');
        await room().carol.redact(room().roomId, eventId);
        await gone(message);
        const parts = async (): Promise<RcMessage[]> => (await room().alice.messages(room().channel)).filter(({ msg, t }) => !t && msg.startsWith('long '));
        await eventually(async () => (await parts()).length === 0, { what: 'the parts to go' });
    });
});

/** The pushes are the test's own, or the homeserver cannot be reached for a moment: by themselves they keep the order. */
describe('an edit that overtakes its message', () => {
    let network: Network;
    afterAll(() => network?.close());

    /** What Matrix clients show of a message of Rocket.Chat. */
    const readOnMatrix = async ({ _id }: RcMessage): Promise<string[]> => {
        const events = (await room().carol.events(room().roomId, 200)).filter(({ content }) => content.msgtype !== undefined);
        const isEdit = ({ content }: MatrixEvent): boolean => content['m.relates_to']?.rel_type === 'm.replace';
        return events.filter((event) => !isEdit(event) && JSON.stringify(event.content).includes(_id)).map((event) => {
            const edit = events.filter((other) => isEdit(other) && other.content['m.relates_to'].event_id === event.event_id).pop();
            return edit ? edit.content['m.new_content'].body : event.content.body;
        });
    };

    testWithOwnServers('from Matrix becomes the message, which then changes nothing', async () => {
        const { carol, alice, channel, roomId, stack } = room();
        network = await Network.between(stack);
        network.inward.plan = ({ path }) => (path.includes('/transactions/') ? { kind: 'answer', status: 200 } : undefined);
        const words = unique('words');
        const eventId = await carol.sendText(roomId, `mistaken ${words}`);
        const editId = await room().edit(eventId, `better ${words}`);
        const push = async (id: string): Promise<void> => {
            const event = (await carol.events(roomId)).find(({ event_id: candidate }) => candidate === id);
            const { status } = await fetch(await stack.app.endpoint(`_matrix/app/v1/transactions/${unique('early')}`), {
                method: 'PUT',
                headers: { 'Content-Type': 'application/json', 'Authorization': `Bearer ${await stack.app.setting(setting.hsToken)}` },
                body: JSON.stringify({ events: [{ ...event, room_id: roomId }] }),
            });
            expect(status).toBe(200);
        };
        await push(editId);
        await room().messageOf(eventId, ({ msg }) => msg === `better ${words}`);
        await push(eventId);
        network.calm();
        await room().fromCarol();
        expect((await alice.messages(channel)).map(({ msg }) => msg).filter((msg) => msg.includes(words))).toEqual([`better ${words}`]);
    }, 90_000);

    testWithOwnServers('from Rocket.Chat is what is read in the end, also while the homeserver cannot be reached', async () => {
        const { alice, channel } = room();
        const sent: RcMessage[] = [];
        for (const away of [false, true, false]) {
            network.outward.plan = () => (away ? { kind: 'reset' } : undefined);
            for (let count = 0; count < 3; count += 1) {
                const message = await alice.send(channel, 'mistaken');
                await alice.edit(message, `better ${message._id}`);
                sent.push(message);
            }
        }
        await room().fromAlice();
        for (const message of sent) {
            let read: string[] = [];
            await eventually(async () => {
                read = await readOnMatrix(message);
                return read.join() === `better ${message._id}`;
            }, { timeout: 20_000, what: () => `the edited text, not ${read}` });
        }
    }, 90_000);
});
