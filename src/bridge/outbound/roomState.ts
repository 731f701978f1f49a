import { BridgeError } from '../../errors/BridgeError';
import type { Content } from '../../matrix/Homeserver';
import type { RcMessage, RcRoom } from '../../rocketchat/RocketChat';
import type { Parts } from '../core/Parts';
import { OUTWARD } from '../core/Patience';
import { isForbidden } from '../people/Ghosts';
import type { Portal } from '../portals/Portal';
import type { Sender } from './Sender';

/** System messages that stand for state on Matrix; the text is the new value (server: `saveRoomName`, `saveRoomTopic`). */
const STATE: Record<string, (text: string) => { type: string; content: Content }> = {
    r: (name) => ({ type: 'm.room.name', content: { name } }),
    room_changed_topic: (topic) => ({ type: 'm.room.topic', content: { topic } }),
};

/** Name and topic of a room on their way to Matrix: only seen as system messages. */
export class OutboundRoomState {
    constructor(
        private readonly parts: Parts,
        private readonly sender: Sender,
    ) {}

    public static knows(message: RcMessage): boolean {
        return Boolean(message.systemType && STATE[message.systemType]);
    }

    /** Whether the room is still as the message says: afterwards somebody may have changed it again, here or on Matrix. */
    public static holds({ systemType, text }: RcMessage, { displayName, topic = '' }: RcRoom): boolean {
        return text === (systemType === 'r' ? displayName : topic);
    }

    public async changed(portal: Portal, message: RcMessage): Promise<void> {
        const { context, portals } = this.parts;
        const { type, content } = STATE[message.systemType as string](message.text);
        if (message.systemType === 'r') {
            const room = await context.rocketchat.room(portal.rcRoomId);
            await portals.save({ ...portal, ...(room && room.name && { name: room.name }) });
        }
        try {
            await this.set(portal, message, type, content);
        } catch (error) {
            const sentence = error instanceof BridgeError ? error.userMessage : '';
            await context.rocketchat.whisper(message.sender.id, portal.rcRoomId, `:warning: The change of the room could not be brought to Matrix. ${sentence}`);
            throw error;
        }
    }

    /** As the person, else as our host in the room. */
    private async set(portal: Portal, message: RcMessage, type: string, content: Content): Promise<void> {
        const { homeserver, namespace } = this.parts.context;
        const set = (acting: Parameters<typeof homeserver.sendState>[4]) => homeserver.sendState(portal.matrixRoomId, type, '', content, acting);
        try {
            await this.sender.asGhost(portal, message.sender, (ghost) => set({ as: ghost.mxid, ts: message.ts }));
        } catch (error) {
            if (!isForbidden(error)) {
                throw error;
            }
            await this.parts.patience.keepTrying(() => set(namespace.actingAs(portal.host)), OUTWARD);
        }
    }
}
