import { randomBytes } from 'crypto';
import { withoutOriginalTime } from '../../convert/index';
import { rcMessageId } from '../../ids/rocketchat';
import type { RcMessageId, RcRoomId } from '../../ids/types';
import type { PostMessage, StoreKey } from '../../rocketchat/RocketChat';
import type { BridgeContext } from '../core/Context';
import { reasonOf } from '../core/Context';

/** Things that are made under ids of our choice. */
export type Kind = 'messages' | 'users';

const keyOf = (kind: Kind): StoreKey => ({ model: 'misc', id: `own-ids:${kind}` });
/** How many of a room's newest messages are looked at. */
const LOOK_BACK = 50;
/** Clocks of the two servers may differ. */
const SLACK_MS = 300_000;
/** How long another process may take to note which message it has posted. */
const NOTED_MS = 1_500;

/**
 * Whether this server takes the ids that the bridge chooses (`_unmappedProperties_._id`, `AppMessagesConverter`; the id of a
 * user as `AppUserBridge.create` takes it): nothing can be made twice then. It is no documented feature, so it is tried
 * once and kept. Where it is not so, records say what was made, and a room is looked through before anything is posted that
 * a crash may have kept from being recorded.
 */
export class ChosenIds {
    private readonly refused = new Map<Kind, Promise<boolean>>();

    constructor(private readonly context: BridgeContext) {}

    /** One read per process. */
    public areRefused(kind: Kind): Promise<boolean> {
        let refused = this.refused.get(kind);
        if (!refused) {
            refused = this.stored(kind).then((stored) => stored === false, () => {
                this.refused.delete(kind);
                return false;
            });
            this.refused.set(kind, refused);
        }
        return refused;
    }

    /** The server gave the id that was asked for, or another. */
    public async note(kind: Kind, isTaken: boolean): Promise<void> {
        if (!isTaken && !(await this.areRefused(kind))) {
            await this.keep(kind, false);
        }
    }

    /**
     * Tries it with a message, once for all processes and starts: in a room of the app's own, gone at once. Never throws.
     * @param room gives the room
     */
    public async probe(room: () => Promise<RcRoomId>): Promise<void> {
        try {
            const { rocketchat } = this.context;
            if ((await this.stored('messages')) !== undefined) {
                return;
            }
            const { id: senderId } = await rocketchat.appUser();
            const wanted = rcMessageId(`mxprobe${randomBytes(8).toString('hex')}`);
            const { id } = await rocketchat.post({ id: wanted, roomId: await room(), senderId, text: 'probe' });
            await this.keep('messages', id === wanted);
            await rocketchat.delete(id, senderId);
        } catch (error) {
            this.context.log.info(`Whether message ids can be chosen is not known yet: ${reasonOf(error)}`);
        }
    }

    /**
     * Where ids are refused: the message that a try of which nothing is known any more has posted.
     * @param isRecorded whether a message is known to be one of another event
     */
    public async earlier(message: PostMessage, writtenAt: number, isRecorded: (id: RcMessageId) => Promise<boolean>): Promise<RcMessageId | undefined> {
        const { rocketchat, clock } = this.context;
        // The one may say when it was written, the other not: the second try comes later.
        const words = withoutOriginalTime(message.text);
        const recent = await rocketchat.recentMessages(message.roomId, { limit: LOOK_BACK });
        for (const { id, sender, text, ts } of recent.reverse()) {
            if (sender.id !== message.senderId || withoutOriginalTime(text) !== words || ts < writtenAt - SLACK_MS || (await isRecorded(id))) {
                continue;
            }
            const age = clock.now() - ts;
            if (age < NOTED_MS) {
                await clock.sleep(NOTED_MS - Math.max(0, age));
                if (await isRecorded(id)) {
                    continue;
                }
            }
            return id;
        }
        return undefined;
    }

    private async stored(kind: Kind): Promise<boolean | undefined> {
        const stored = await this.context.rocketchat.store.readOne<{ taken: boolean }>(keyOf(kind));
        return stored && stored.taken;
    }

    private async keep(kind: Kind, taken: boolean): Promise<void> {
        this.refused.set(kind, Promise.resolve(!taken));
        await this.context.rocketchat.store.put({ taken }, keyOf(kind));
        if (!taken) {
            this.context.log.warn(`This server does not take chosen ids of ${kind}: records take their place.`);
        }
    }
}
