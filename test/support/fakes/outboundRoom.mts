import type { MatrixEventId } from '../../../src/ids/types';
import type { RcMessage, RcUser } from '../../../src/rocketchat/RocketChat';
import { bridgedRoom } from './bridgedRoom.mts';

/** A bridged room in which Bob writes and edits in Rocket.Chat, and what Matrix has of it. */
export async function outboundRoom() {
    const w = await bridgedRoom();
    const { bob, room, matrixRoom } = w;
    w.clock.pass(1_000);
    const { outbound } = w.bridge;
    const say = (text: string, more: Partial<RcMessage> = {}, by = bob): RcMessage => w.rocketchat.write(room, by, text, { ts: w.clock.now(), ...more });
    const post = async (text: string, more: Partial<RcMessage> = {}, by = bob): Promise<{ message: RcMessage; event: MatrixEventId }> => {
        const message = say(text, more, by);
        await outbound.messagePosted(message);
        await w.quiet();
        return { message, event: timeline()[timeline().length - 1].event_id };
    };
    const timeline = () => matrixRoom.timeline.filter(({ type }) => type !== 'm.room.power_levels');
    const pins = (): unknown => [...matrixRoom.timeline].reverse().find(({ type }) => type === 'm.room.pinned_events')?.content.pinned;
    const edit = async (message: RcMessage, text: string, editor: RcUser = bob) => {
        await outbound.messageEdited({ ...message, text, editor, editedAt: w.clock.now() });
        await w.quiet();
    };
    return { ...w, outbound, say, post, edit, timeline, pins };
}
