import type { MatrixEvent } from '../../matrix/Homeserver';
import type { Parts } from '../core/Parts';
import { isOvertaken } from './late';
import { postNote } from './posting';

const MAX_NAME = 120;
const MAX_TOPIC = 2_000;

const oneLine = (value: unknown, limit: number): string => (typeof value === 'string' ? value.replace(/\s+/g, ' ').trim().slice(0, limit) : '');
/** The text stands in a sentence of ours: marks of the dialect would change its look, mentions would ring. */
const quoted = (text: string): string => text.replace(/[*_~`[\]|\\]/g, ' ').replace(/@/g, '@\u200b');

/**
 * `m.room.name` and `m.room.topic`. An app can set the display name only on the room itself, and no topic at all: people
 * read of both in a message of the one who changed it.
 */
export class InboundRoomState {
    constructor(private readonly parts: Parts) {}

    public async handle(event: MatrixEvent): Promise<void> {
        const { portals, puppets, context } = this.parts;
        const portal = event.state_key === '' ? await portals.ofMatrixRoom(event.room_id) : undefined;
        if (!portal || portal.kind === 'd' || event.room_id !== portal.matrixRoomId) {
            return;
        }
        const room = await context.rocketchat.room(portal.rcRoomId);
        const isName = event.type === 'm.room.name';
        const value = isName ? oneLine(event.content.name, MAX_NAME) : oneLine(event.content.topic, MAX_TOPIC);
        if (!room || value === (isName ? room.displayName : room.topic || '') || (await isOvertaken(this.parts, portal, event))) {
            return;
        }
        const puppet = await puppets.of(event.sender);
        const text = value ? `_changed the ${isName ? 'name' : 'topic'} of the room on Matrix:_ ${quoted(value)}` : `_took the ${isName ? 'name' : 'topic'} of the room on Matrix away_`;
        await postNote(this.parts, portal, event, puppet, text);
        // Last: by the name it is seen that there is nothing left to do.
        if (isName && value) {
            await context.rocketchat.renameRoom(portal.rcRoomId, value);
        }
    }
}
