import type { BridgeContext } from '../core/Context';
import { reasonOf } from '../core/Context';
import { introduceBot } from '../people/introduceBot';
import { PULSE_MS } from '../recovery/Presence';
import type { EchoRoom } from './EchoRoom';

/** The engine lets requests through only after `onEnable` has returned: milliseconds until then. */
const AFTER_ENABLE_MS = 1_500;
/** The own port may still be held by the process before this one: so often it is tried, with pauses that double. */
const KNOCKS = 4;

/** What a bridge does at its start, while it works, and at its end. */
export interface Life {
    /** Finishes what was begun. */
    begin(): Promise<void>;
    /** A sign of life. */
    beat(): Promise<void>;
    /** It is switched off. */
    rest(): void;
}

/**
 * What happens when the bridge begins to work: it finishes what was begun before, and has the homeserver deliver what waits
 * there. A ping brings a stalled Synapse back at once, an event of interest makes it push what it kept over its own restart;
 * and the call that comes back gives the app the accessors without which it can only read.
 */
export class WakeUp {
    private isOn = false;
    private resumed = false;
    private turn = 0;

    /** @param ready whether everything can be done, not only reading */
    constructor(
        private readonly context: Pick<BridgeContext, 'homeserver' | 'namespace' | 'clock' | 'log'>,
        private readonly echo: EchoRoom,
        private readonly ready: () => boolean,
        private readonly life: Life,
    ) {}

    /** The bridge works from now on. Calling it again changes nothing. */
    public on(): void {
        if (!this.isOn) {
            this.isOn = true;
            this.turn += 1;
            this.knock(this.turn).catch((error) => this.context.log.error('The homeserver could not be woken', error));
            this.live(this.turn).catch((error) => this.context.log.error('No signs of life are given any more', error));
        }
        this.look();
    }

    /** The app is disabled or the bridge switched off. */
    public off(): void {
        if (this.isOn && this.ready()) {
            this.life.rest();
        }
        this.isOn = false;
        this.resumed = false;
    }

    /** To be called when `ready` may have changed. */
    public look(): void {
        if (this.isOn && !this.resumed && this.ready()) {
            this.resumed = true;
            this.life.begin().catch((error) => this.context.log.error('What was begun before could not be resumed', error));
        }
    }

    private async live(turn: number): Promise<void> {
        while (this.isOn && turn === this.turn) {
            if (this.ready()) {
                await this.life.beat();
            }
            await this.context.clock.sleep(PULSE_MS);
        }
    }

    private async knock(turn: number): Promise<void> {
        const { clock, homeserver, log } = this.context;
        for (let knocks = 1; ; knocks += 1) {
            await clock.sleep(AFTER_ENABLE_MS * 2 ** (knocks - 1));
            if (!this.isOn || turn !== this.turn) {
                return;
            }
            const ping = await homeserver.ping(`start-${clock.now()}`);
            if (ping.ok || ping.reason === 'unsupported') {
                break;
            }
            log.warn(`The homeserver did not come back after a ping (${ping.reason}): ${ping.detail}`);
            if (knocks === KNOCKS) {
                return;
            }
        }
        await introduceBot(this.context).catch((error) => this.context.log.warn(`The bot could not be given its name: ${reasonOf(error)}`));
        await this.echo.wake(this.ready());
    }
}
