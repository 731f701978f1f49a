import type { RcMessage } from '../../rocketchat/RocketChat';
import { reasonOf } from '../core/Context';
import type { Parts } from '../core/Parts';
import type { Doers, OutItem } from '../outbound/items';
import { identityOf, inWords, Redoing } from '../outbound/items';
import type { Concerned, Notices } from '../outbound/Notices';
import type { Portal } from '../portals/Portal';
import type { Intent, Journal } from './Journal';
import type { Presence } from './Presence';

const FIRST_MS = 1_000;
const CAP_MS = 15_000;
/** So long another process is waited for while the homeserver is there: what it has under way may never be sent. */
const PATIENCE_MS = 120_000;

type Stored = Pick<Intent, 'id' | 'item'>;

/** Does what was stored and not done: by a process that has ended, because there was too much to be held, or because it was too early. */
export class Leftovers {
    public readonly redoing: Redoing;

    constructor(
        private readonly parts: Parts,
        doers: Doers,
        private readonly notices: Notices,
        private readonly journal: Journal,
        private readonly presence: Presence,
    ) {
        this.redoing = new Redoing(parts, doers);
    }

    /** In their order; of those that undo each other only the last. @throws when the server's database is away: the rest stays stored */
    public async redo(portal: Portal, intents: Stored[]): Promise<void> {
        const last = new Map(intents.map((intent) => [identityOf(intent.item), intent.id]));
        for (const { id, item } of intents) {
            if (last.get(identityOf(item)) === id) {
                await this.redoing.perform(portal, item).catch((error) => this.failed(item, error));
            }
            await this.journal.done(id);
        }
    }

    /**
     * A message is brought to Matrix by the process that has heard of it. Other instances of the server hear of its edits and of its
     * deletion, which come to nothing before it is there. Costs nothing for what is known to be there.
     * @returns whether what an item is about is not there yet, and may be under way in another process
     */
    public async isTooEarly(item: OutItem, message?: RcMessage): Promise<boolean> {
        const { links } = this.parts;
        if (!message || item.kind === 'message' || item.kind === 'state' || (await links.eventsOf(message.id)).length) {
            return false;
        }
        const { bursts } = await this.journal.of(item.room);
        return bursts.some(({ owner, since }) => owner !== this.presence.id && since <= message.ts);
    }

    /**
     * Does something that is too early when its time has come. Not to be awaited in the lane; stays stored meanwhile. Never throws.
     * @param run runs a task in the room's lane
     */
    public async later(portal: Portal, intent: Stored, message: RcMessage | undefined, run: (task: () => Promise<void>) => Promise<void>): Promise<void> {
        const { context, patience } = this.parts;
        let waited = 0;
        let pause = FIRST_MS;
        try {
            do {
                await context.clock.sleep(pause);
                waited += patience.awaySince === undefined ? pause : 0;
                pause = Math.min(CAP_MS, pause * 2);
            } while (waited < PATIENCE_MS && (await this.isTooEarly(intent.item, message)));
            await run(() => this.redo(portal, [intent]));
        } catch (error) {
            context.log.error(`Room ${intent.item.room}: ${inWords(intent.item)} is left for later: ${reasonOf(error)}`);
        }
    }

    /** @throws the failure when the server's database is away: then it is to be done later */
    public async giveUp(item: OutItem, concerned: Concerned, error: unknown): Promise<void> {
        if (!(await this.notices.failed(item, concerned, error))) {
            throw error;
        }
    }

    private async failed(item: OutItem, error: unknown): Promise<void> {
        const actorId = 'by' in item && item.by ? item.by : 'user' in item ? item.user : undefined;
        const { rocketchat } = this.parts.context;
        const message = 'message' in item ? await rocketchat.message(item.message).catch(() => undefined) : undefined;
        const actor = actorId ? await rocketchat.user(actorId).catch(() => undefined) : message && message.sender;
        await this.giveUp(item, { message, actor: actor || (await rocketchat.appUser()) }, error);
    }
}
