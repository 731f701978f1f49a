import type { BridgeContext } from '../core/Context';
import type { AdminNotices } from './AdminNotices';
import type { EchoRoom } from './EchoRoom';
import { ECHO } from './EchoRoom';

const NOTICE = 'intake-stalled';
const TICK_MS = 5_000;
/** So long without a push is looked into; longer when nothing has happened for long: a night of quiet costs little. */
const QUIET_MS = 30_000;
const MAX_QUIET_MS = 300_000;
const ECHO_MS = 10_000;
/** Where there is no ping nothing shortens the homeserver's own pause (up to 64 s) after the bridge was away. */
const START_MS = 75_000;
/** While it is stalled one in so many ticks asks whether it still is. */
const ASK_EVERY = 6;

const STALLED = 'Events from Matrix do not arrive any more, although the homeserver is there. Most likely it holds a transaction that Rocket.Chat cannot pass on to the bridge '
    + '(over 100 kB, or with an event that has a key `__proto__` or more than 100 levels) and repeats it for ever. To bring it in, set "Bridge URL" in the settings of the app '
    + 'to an http address with a port of its own (such as http://rocketchat.internal:9006), give the homeserver the new registration and restart it. '
    + 'Until then the bridge reads the rooms that were active lately every few seconds. `/matrix status` says more.';
const OVER = 'Events from Matrix arrive again.';

/**
 * Notices that the homeserver's pushes have stopped: an event that the bot itself sent does not come back. The admins are
 * told once, and the rooms that were active lately are read until pushes come again. While they come it asks for nothing.
 */
export class Watchdog {
    private turn = 0;
    private isOn = false;
    private startedAt = 0;
    private heardAt = 0;
    private trafficAt = 0;
    private failedPings = 0;
    private ticks = 0;
    private stalled = false;
    /** The process before this one may have told. */
    private mayHaveTold = true;

    /** @param readActive reads the rooms that were active lately */
    constructor(
        private readonly context: Pick<BridgeContext, 'homeserver' | 'clock' | 'log'>,
        private readonly echo: EchoRoom,
        private readonly ready: () => boolean,
        private readonly readActive: () => Promise<unknown>,
        private readonly notices: AdminNotices,
    ) {}

    /** The bridge works from now on. Calling it again changes nothing. */
    public on(): void {
        if (!this.isOn) {
            this.isOn = true;
            this.turn += 1;
            this.startedAt = this.context.clock.now();
            this.trafficAt = this.startedAt;
            this.heardAt = 0;
            void this.watch(this.turn);
        }
    }

    /** The app is disabled or the bridge switched off. */
    public off(): void {
        this.isOn = false;
    }

    /** A transaction came. @param events as they came */
    public pushed(events: unknown[]): void {
        this.heardAt = this.context.clock.now();
        this.failedPings = 0;
        if (!events.every((event) => Boolean(event) && (event as { type?: unknown }).type === ECHO)) {
            this.trafficAt = this.heardAt;
        }
        if (this.stalled || (this.mayHaveTold && this.ready())) {
            this.stalled = false;
            this.mayHaveTold = false;
            void this.notices.over(NOTICE, OVER);
        }
    }

    /** One look. Never throws. */
    public async tick(): Promise<void> {
        try {
            const { clock } = this.context;
            this.ticks += 1;
            const quiet = Math.min(MAX_QUIET_MS, Math.max(QUIET_MS, (clock.now() - this.trafficAt) / 12));
            if (this.stalled) {
                await this.readActive();
                if (this.ticks % ASK_EVERY === 0 && (await this.echo.roundTrip(ECHO_MS)) !== undefined) {
                    this.pushed([]);
                }
            } else if (this.ready() && clock.now() - this.heardAt >= quiet) {
                await this.probe();
            }
        } catch (error) {
            // The homeserver is away: the outward way notices that, too.
            this.context.log.debug(`The watchdog could not ask: ${error instanceof Error ? error.message : String(error)}`);
        }
    }

    private async watch(turn: number): Promise<void> {
        while (this.isOn && turn === this.turn) {
            await this.context.clock.sleep(TICK_MS);
            if (this.isOn && turn === this.turn) {
                await this.tick();
            }
        }
    }

    private async probe(): Promise<void> {
        const { clock, homeserver, log } = this.context;
        if ((await this.echo.roundTrip(ECHO_MS)) !== undefined) {
            this.heardAt = clock.now();
            this.failedPings = 0;
            return;
        }
        // Brings a homeserver that only waits for its next try at once.
        const ping = await homeserver.ping(`watch-${clock.now()}`);
        if (ping.ok ? (await this.echo.roundTrip(ECHO_MS)) !== undefined : ping.reason === 'homeserver') {
            return;
        }
        if (!ping.ok && ping.reason === 'unsupported' && clock.now() - this.startedAt < START_MS) {
            return;
        }
        this.failedPings += ping.ok || ping.reason === 'unsupported' ? 0 : 1;
        // That the bridge is not reached can pass by itself, right after a start for instance.
        if (this.failedPings !== 1) {
            this.stalled = true;
            log.error('The homeserver pushes nothing any more; active rooms are read until it does.');
            await this.notices.begins(NOTICE, STALLED);
            await this.readActive();
        }
    }
}
