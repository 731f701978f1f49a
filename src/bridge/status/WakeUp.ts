import type { BridgeContext } from '../core/Context';
import { reasonOf } from '../core/Context';
import { introduceBot } from '../people/introduceBot';
import type { EchoRoom } from './EchoRoom';

/** The engine lets requests through only after `onEnable` has returned. */
const AFTER_ENABLE_MS = 1_500;

/**
 * What happens when the bridge begins to work: it finishes what was begun before, and has the homeserver deliver what waits
 * there. A ping brings a stalled Synapse back at once, an event of interest makes it push what it kept over its own restart;
 * and the call that comes back gives the app the accessors without which it can only read.
 */
export class WakeUp {
    private isOn = false;
    private resumed = false;
    private turn = 0;

    /**
     * @param ready whether everything can be done, not only reading
     * @param resume finishes what was begun
     */
    constructor(
        private readonly context: Pick<BridgeContext, 'homeserver' | 'namespace' | 'clock' | 'log'>,
        private readonly echo: EchoRoom,
        private readonly ready: () => boolean,
        private readonly resume: () => Promise<void>,
    ) {}

    /** The bridge works from now on. Calling it again changes nothing. */
    public on(): void {
        if (!this.isOn) {
            this.isOn = true;
            this.turn += 1;
            this.knock(this.turn).catch((error) => this.context.log.error('The homeserver could not be woken', error));
        }
        this.look();
    }

    /** The app is disabled or the bridge switched off. */
    public off(): void {
        this.isOn = false;
        this.resumed = false;
    }

    /** To be called when `ready` may have changed. */
    public look(): void {
        if (this.isOn && !this.resumed && this.ready()) {
            this.resumed = true;
            this.resume().catch((error) => this.context.log.error('What was begun before could not be resumed', error));
        }
    }

    private async knock(turn: number): Promise<void> {
        await this.context.clock.sleep(AFTER_ENABLE_MS);
        if (!this.isOn || turn !== this.turn) {
            return;
        }
        const ping = await this.context.homeserver.ping(`start-${this.context.clock.now()}`);
        if (!ping.ok && ping.reason !== 'unsupported') {
            this.context.log.warn(`The homeserver did not come back after a ping (${ping.reason}): ${ping.detail}`);
            return;
        }
        await introduceBot(this.context).catch((error) => this.context.log.warn(`The bot could not be given its name: ${reasonOf(error)}`));
        await this.echo.wake(this.ready());
    }
}
