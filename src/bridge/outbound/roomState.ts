import { BridgeError } from '../../errors/BridgeError';
import type { Content } from '../../matrix/Homeserver';
import type { RcMessage, RcRoom } from '../../rocketchat/RocketChat';
import type { Parts } from '../core/Parts';
import { OUTWARD } from '../core/Patience';
import { isForbidden } from '../people/Ghosts';
import type { Portal } from '../portals/Portal';
import type { OutboundMembers } from './members';
import type { Sender } from './Sender';

/** System messages of bans, with the name in the text: they stand for state on Matrix as well. True where somebody is banned from now on. */
const BANS: Record<string, boolean> = { 'user-banned': true, 'user-unbanned': false };

/** System messages that stand for state on Matrix; the text is the new value (server: `saveRoomName`, `saveRoomTopic`). */
const STATE: Record<string, (text: string) => { type: string; content: Content }> = {
    r: (name) => ({ type: 'm.room.name', content: { name } }),
    room_changed_topic: (topic) => ({ type: 'm.room.topic', content: { topic } }),
};

/** Name and topic of a room, and bans, on their way to Matrix: only seen as system messages. */
export class OutboundRoomState {
    constructor(
        private readonly parts: Parts,
        private readonly sender: Sender,
        private readonly members: OutboundMembers,
    ) {}

    public static knows(message: RcMessage): boolean {
        return Boolean(message.systemType && (STATE[message.systemType] || message.systemType in BANS));
    }

    /** Whether the room is still as the message says: afterwards somebody may have changed it again, here or on Matrix. */
    public static holds({ systemType = '', text }: RcMessage, { displayName, topic = '' }: RcRoom): boolean {
        // Whether somebody is banned still no accessor tells.
        return systemType in BANS || text === (systemType === 'r' ? displayName : topic);
    }

    public async changed(portal: Portal, message: RcMessage): Promise<void> {
        const { context, portals } = this.parts;
        const systemType = message.systemType as string;
        if (systemType === 'r') {
            const room = await context.rocketchat.room(portal.rcRoomId);
            await portals.save({ ...portal, ...(room && room.name && { name: room.name }) });
        }
        try {
            await (systemType in BANS ? this.members.banned(portal, message.text, message.sender, BANS[systemType]) : this.set(portal, message));
        } catch (error) {
            const sentence = error instanceof BridgeError ? error.userMessage : '';
            await context.rocketchat.whisper(message.sender.id, portal.rcRoomId, `:warning: The change of the room could not be brought to Matrix. ${sentence}`);
            throw error;
        }
    }

    /** As the person, else as our host in the room. */
    private async set(portal: Portal, message: RcMessage): Promise<void> {
        const { type, content } = STATE[message.systemType as string](message.text);
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
