import type { StoreKey } from '../../rocketchat/RocketChat';
import type { BridgeContext } from '../core/Context';

const KEY: StoreKey = { model: 'misc', id: 'own-message-ids' };

/** Whether this server takes the ids that the bridge chooses for messages. Where it does not, records guard against doubles. */
export class ChosenIds {
    private refused?: Promise<boolean>;

    constructor(private readonly context: BridgeContext) {}

    /** One read per process. */
    public areRefused(): Promise<boolean> {
        this.refused = this.refused || this.context.rocketchat.store.readOne(KEY).then(Boolean, () => {
            this.refused = undefined;
            return false;
        });
        return this.refused;
    }

    /** The server gave another id than asked for. */
    public async noteRefused(): Promise<void> {
        if (!(await this.areRefused())) {
            this.refused = Promise.resolve(true);
            await this.context.rocketchat.store.put({ refused: true }, KEY);
        }
    }
}
