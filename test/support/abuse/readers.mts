/** Reads a bridged room whole, on either side, through the public APIs. */
import type { Matrix, MatrixEvent } from '../clients/matrix.mts';
import type { RcMessage, RcRoom, RocketChat } from '../clients/rocketchat.mts';
import { readText, type Found } from './ledger.mts';

const PAGE = 100;

/** All messages of a Rocket.Chat room but the system's own, as people see them: by their time. */
export const wholeRoom = async (reader: RocketChat, room: RcRoom): Promise<RcMessage[]> => {
    const path = { c: 'channels', p: 'groups', d: 'im' }[room.t];
    const read: RcMessage[] = [];
    for (let offset = 0; ; offset += PAGE) {
        const { messages } = await reader.get(`v1/${path}.messages`, { roomId: room._id, count: PAGE, offset, sort: '{"ts":1}' });
        read.push(...messages);
        if (messages.length < PAGE) {
            return read.filter((message) => !message.t).sort((left, right) => left.ts.localeCompare(right.ts));
        }
    }
};

/** All events of a Matrix room that the reader may see, in the order of `/messages`. */
export const wholeTimeline = async (reader: Matrix, roomId: string): Promise<MatrixEvent[]> => {
    const read: MatrixEvent[] = [];
    let from: string | undefined;
    for (;;) {
        const path = `v3/rooms/${encodeURIComponent(roomId)}/messages`;
        const { chunk, end } = await reader.request('GET', path, undefined, { dir: 'b', limit: PAGE, ...(from && { from }) });
        read.unshift(...chunk.reverse());
        if (!end || end === from || !chunk.length) {
            return read;
        }
        from = end;
    }
};

export const foundInRocketChat = (messages: RcMessage[]): Found[] => messages.flatMap(({ msg, ts }) => {
    const text = readText(msg);
    const late = /^🕒 (\d{4}-\d\d-\d\d) (\d\d:\d\d) UTC:/u.exec(msg);
    return text ? [{ ...text, at: Date.parse(ts), writtenAt: Date.parse(ts), ...(late && { saysTime: Date.parse(`${late[1]}T${late[2]}:00Z`) }) }] : [];
});

/** The order is that of the list: times of ours are those of writing. Edits do not count. */
export const foundInMatrix = (events: MatrixEvent[]): Found[] => events.flatMap(({ type, content, origin_server_ts: writtenAt }, place) => {
    const text = type === 'm.room.message' && !content['m.relates_to'] ? readText(String(content.body)) : undefined;
    return text ? [{ ...text, at: place, writtenAt }] : [];
});
