import type { DeadLetter } from '../bridge/deadletters/DeadLetters';
import { asCode, byDirection, duration, moment, plural, towards } from './words';

const PAGE = 15;

/** A room's name by direction and id. */
export type RoomName = (direction: DeadLetter['direction'], room: string) => Promise<string>;

const certainly = ({ certain }: DeadLetter): string => (certain ? 'It was not delivered.' : 'It may have been delivered.');

async function line(letter: DeadLetter, now: number, roomName: RoomName): Promise<string> {
    const { id, direction, room, what, reason, lastAt } = letter;
    return `- \`${id}\` ${towards(direction)}, ${asCode(await roomName(direction, room))}, ${duration(now - lastAt)} ago: ${asCode(what)}. ${reason} ${certainly(letter)}`;
}

/**
 * @param letters oldest first
 * @param page from 1; without it the last one, which has the newest letters
 * @returns a page of the list, Markdown
 */
export async function listOfLetters(letters: DeadLetter[], page: number | undefined, now: number, roomName: RoomName): Promise<string> {
    if (!letters.length) {
        return 'Nothing is left undelivered.';
    }
    const pages = Math.ceil(letters.length / PAGE);
    const shown = Math.min(Math.max(page || pages, 1), pages);
    const counts = { in: 0, out: 0 };
    letters.forEach(({ direction }) => { counts[direction] += 1; });
    const names = new Map<string, Promise<string>>();
    const once: RoomName = (direction, room) => {
        const known = names.get(room) || roomName(direction, room);
        names.set(room, known);
        return known;
    };
    const lines = await Promise.all(letters.slice((shown - 1) * PAGE, shown * PAGE).map((letter) => line(letter, now, once)));
    return [
        `**${plural(letters.length, 'item', 'items')} could not be delivered** (${byDirection(counts)}), the newest last${pages > 1 ? `; page ${shown} of ${pages}` : ''}:`,
        ...lines,
        ...(pages > 1 ? [`\`/matrix failed ${shown > 1 ? shown - 1 : pages}\` shows another page.`] : []),
        '`/matrix failed show <id>` says more; `retry <id>` tries again, `drop <id>` forgets it; both also take `all`.',
    ].join('\n');
}

/** The envelope of an event, and what kind of message it is: what somebody wrote in a private room is not shown. */
function detailsOf(payload: Record<string, unknown>): string[] {
    const text = (value: unknown): string => asCode(String(value).slice(0, 200));
    const content = (payload.content || {}) as Record<string, unknown>;
    const rows: [string, unknown][] = [
        ['Event', payload.event_id],
        ['Type', [payload.type, content.msgtype].filter((part) => typeof part === 'string').join(' ')],
        ['Sent by', payload.sender],
        ['Sent at', typeof payload.origin_server_ts === 'number' && Math.abs(payload.origin_server_ts) < 8e15 ? moment(payload.origin_server_ts) : undefined],
        ['Message', payload.message],
        ['User', payload.user],
        ['By', payload.by],
    ];
    return rows.filter(([, value]) => typeof value === 'string' && value !== '').map(([name, value]) => `- ${name}: ${text(value)}`);
}

/** @param payload as stored, JSON text @returns all that an administrator may know of a letter, Markdown */
export async function oneLetter(letter: DeadLetter, payload: string | undefined, roomName: RoomName): Promise<string> {
    const { id, direction, room, what, reason, at, lastAt, failures } = letter;
    return [
        `**\`${id}\`: ${asCode(what)} ${towards(direction)}**`,
        `- Room: ${asCode(await roomName(direction, room))} (\`${room}\`)`,
        `- ${reason} ${certainly(letter)}`,
        `- Failed ${plural(failures, 'time', 'times')}: ${failures > 1 ? `first ${moment(at)}, last ` : ''}${moment(lastAt)}`,
        ...(payload ? detailsOf(JSON.parse(payload)) : []),
        `\`/matrix failed retry ${id}\` tries again, \`/matrix failed drop ${id}\` forgets it.`,
    ].join('\n');
}
