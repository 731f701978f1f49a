import type { Parts } from '../core/Parts';
import type { Doers, OutItem } from '../outbound/items';
import { identityOf, Redoing } from '../outbound/items';
import type { Notices } from '../outbound/Notices';
import type { Portal } from '../portals/Portal';
import type { Intent, Journal } from './Journal';

/** Does what was stored and not done: by a process that has ended, or because there was too much to be held. */
export class Leftovers {
    public readonly redoing: Redoing;

    constructor(
        private readonly parts: Parts,
        doers: Doers,
        private readonly notices: Notices,
        private readonly journal: Journal,
    ) {
        this.redoing = new Redoing(parts, doers);
    }

    /** In their order; of those that undo each other only the last. @throws when the server's database is away: the rest stays stored */
    public async redo(portal: Portal, intents: Intent[]): Promise<void> {
        const last = new Map(intents.map((intent) => [identityOf(intent.item), intent.id]));
        for (const { id, item } of intents) {
            if (last.get(identityOf(item)) === id) {
                await this.redoing.perform(portal, item).catch((error) => this.failed(item, error));
            }
            await this.journal.done(id);
        }
    }

    /** @throws the failure when it is to be done later */
    private async failed(item: OutItem, error: unknown): Promise<void> {
        const actorId = 'by' in item && item.by ? item.by : 'user' in item ? item.user : undefined;
        const { rocketchat } = this.parts.context;
        const message = 'message' in item ? await rocketchat.message(item.message).catch(() => undefined) : undefined;
        const actor = actorId ? await rocketchat.user(actorId).catch(() => undefined) : message && message.sender;
        if (!(await this.notices.failed(item, { message, actor: actor || (await rocketchat.appUser()) }, error))) {
            throw error;
        }
    }
}
