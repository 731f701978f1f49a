/** A bridged channel with one person on each side: where most stories about messages happen. */
import { unique } from './eventually.mts';
import type { Matrix, MatrixEvent } from './clients/matrix.mts';
import type { RcMessage, RcRoom, RocketChat } from './clients/rocketchat.mts';
import { useStack, type Stack, type StackOptions } from './servers/stack.mts';

/** A channel in both forms. */
interface Bridged {
    channel: RcRoom;
    roomId: string;
}

/** A new channel that its owner bridges, with a guest of Matrix in it. @param members usernames of further members */
export async function bridgeChannel(stack: Stack, owner: RocketChat, guest: Matrix, stem: string, members: string[] = []): Promise<Bridged> {
    const channel = await owner.createRoom('c', unique(stem), members);
    await owner.run(channel, '/matrix bridge');
    return { channel, roomId: await guest.join(`#rc_${channel.name}:${stack.serverName}`) };
}

export class BridgedRoom {
    private constructor(
        readonly stack: Stack,
        readonly alice: RocketChat,
        readonly carol: Matrix,
        readonly channel: RcRoom,
        readonly roomId: string,
    ) {}

    static async make(stack: Stack, stem: string): Promise<BridgedRoom> {
        const alice = await stack.rocketchatUser('alice', { name: 'Alice Liddell' });
        const carol = await stack.matrixUser('carol', 'Carol Danvers');
        const { channel, roomId } = await bridgeChannel(stack, alice, carol, stem);
        return new BridgedRoom(stack, alice, carol, channel, roomId);
    }

    /** Another channel of the same people. */
    async another(stem: string, t: 'c' | 'p' = 'c'): Promise<Bridged> {
        if (t === 'c') {
            return bridgeChannel(this.stack, this.alice, this.carol, stem);
        }
        const channel = await this.alice.createRoom(t, unique(stem));
        await this.alice.run(channel, '/matrix bridge');
        await this.alice.run(channel, `/matrix invite ${this.carol.userId}`);
        return { channel, roomId: await this.carol.join(await this.carol.waitForInvite()) };
    }

    /** Something that Alice writes, as it stands on both sides. */
    async fromAlice(text = unique('alice says'), extra: Record<string, unknown> = {}): Promise<{ message: RcMessage; event: MatrixEvent }> {
        const message = await this.alice.send(this.channel, text, extra);
        return { message, event: await this.eventOf(message) };
    }

    /** Something that Carol writes, as it stands on both sides. */
    async fromCarol(content: Record<string, unknown> | string = unique('carol says'), type = 'm.room.message'): Promise<{ eventId: string; message: RcMessage }> {
        const eventId = await this.carol.send(this.roomId, type, typeof content === 'string' ? { msgtype: 'm.text', body: content } : content);
        return { eventId, message: await this.messageOf(eventId) };
    }

    /** The event of a message: our events tell of which message they are. */
    eventOf({ _id }: Pick<RcMessage, '_id'>, matches: (event: MatrixEvent) => boolean = () => true): Promise<MatrixEvent> {
        return this.carol.waitForEvent(this.roomId, (event) => JSON.stringify(event.content).includes(_id) && matches(event));
    }

    /** The message of an event. Servers that take our ids name it by the event; otherwise it is the newest of Carol. */
    messageOf(eventId: string, matches: (message: RcMessage) => boolean = () => true): Promise<RcMessage> {
        return this.alice.waitForMessage(this.channel, (message) => message._id === `mx${eventId.slice(1)}` && matches(message));
    }

    /** The next edit of an event. */
    editOf(eventId: string, body: string): Promise<MatrixEvent> {
        return this.carol.waitForEvent(this.roomId, ({ content }) =>
            content['m.relates_to']?.rel_type === 'm.replace' && content['m.relates_to'].event_id === eventId && content['m.new_content']?.body === body);
    }

    /** Carol edits an event of hers. */
    edit(eventId: string, body: string, extra: object = {}): Promise<string> {
        const content = { msgtype: 'm.text', body, ...extra };
        return this.carol.send(this.roomId, 'm.room.message', {
            ...content, 'body': `* ${body}`, 'm.new_content': content, 'm.relates_to': { rel_type: 'm.replace', event_id: eventId },
        });
    }

    /** Address of a message, out of which Rocket.Chat makes a quote. */
    async linkOf(message: Pick<RcMessage, '_id'>, channel = this.channel): Promise<string> {
        const { value } = await this.stack.admin.get('v1/settings/Site_Url');
        return `${value}/${channel.t === 'p' ? 'group' : 'channel'}/${channel.name}?msg=${message._id}`;
    }

    waitForRedaction(eventId: string): Promise<MatrixEvent> {
        return this.carol.waitForEvent(this.roomId, (event) => event.event_id === eventId && Object.keys(event.content).length === 0);
    }
}

/** For the top of a test file: the environment and the room, before the tests. */
export const useBridgedRoom = (stem: string, options: StackOptions = {}): (() => BridgedRoom) => {
    const here = useStack(options);
    let room: BridgedRoom | undefined;
    beforeAll(async () => {
        room = await BridgedRoom.make(here(), stem);
    }, 60_000);
    return () => room as BridgedRoom;
};
