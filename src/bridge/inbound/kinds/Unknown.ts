import { isCall } from '../../../convert/index';
import type { MatrixEvent } from '../../../matrix/Homeserver';
import type { BridgeContext } from '../../core/Context';
import { LruMap } from '../../core/LruMap';

/** Talk between programs, which nobody is meant to read: signalling of calls, keys, positions that move, votes. */
const SILENT = ['m.call.', 'm.rtc.', 'm.key.', 'm.room.', 'm.room_key', 'm.space.', 'm.beacon', 'm.poll.', 'm.policy.', 'm.secret.', 'm.dummy'];
const REMEMBERED = 500;

/** Events of types, and messages of kinds, that the bridge does not know: shown by their fallback text, noted once per kind. */
export class UnknownKinds {
    private readonly noted = new LruMap<string, true>(REMEMBERED);

    constructor(private readonly context: BridgeContext) {}

    /** Whether an event of a type without a handler of its own is shown as a message. State is the room's, and no message. */
    public static isShown({ type, state_key: stateKey }: MatrixEvent): boolean {
        const stable = type.replace(/^org\.matrix\.msc\d+\./, 'm.');
        return stateKey === undefined && (isCall(type) || !SILENT.some((family) => stable.startsWith(family)));
    }

    /** @param kind type or msgtype */
    public note(kind: string): void {
        const name = kind.slice(0, 80);
        if (!this.noted.has(name)) {
            this.noted.set(name, true);
            this.context.log.info(`Messages of the unknown kind ${name} are shown by their text.`);
        }
    }
}
