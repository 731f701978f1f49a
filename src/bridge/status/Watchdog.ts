import type { PingOutcome } from '../../matrix/Homeserver';
import type { StoreKey } from '../../rocketchat/RocketChat';
import type { BridgeContext } from '../core/Context';
import { reasonOf } from '../core/Context';
import type { AdminNotices } from './AdminNotices';
import type { EchoRoom } from './EchoRoom';
import { ECHO } from './EchoRoom';
import type { Reads } from './Lookout';
import { Lookout } from './Lookout';

const NOTICE = 'intake-stalled';
/** What the process before this one has found: a key `__proto__` in a transaction kills the sandbox at each repetition. */
const SUSPECT: StoreKey = { model: 'misc', id: 'intake-suspect' };
interface Suspicion {
    /** It was certain. */
    stalled: boolean;
}
const TICK_MS = 5_000;
/** Right after a start there may be little time. */
const FIRST_TICK_MS = 2_500;
/** After this long without a push it is looked into; the pause grows while nothing happens and the homeserver has no cheap way to ask. */
const QUIET_MS = 30_000;
const MAX_QUIET_MS = 300_000;
const NUDGE_MS = 3_000;
const ECHO_MS = 8_000;
/** Where there is no ping nothing shortens the homeserver's own pause (up to 64 s) after the bridge was away. */
const START_MS = 75_000;
/** While pushes are stalled, one in so many ticks asks whether they still are. */
const ASK_EVERY = 6;

const stalled = (advice: string): string => `Events from Matrix do not arrive any more, although the homeserver is there. ${advice} `
    + 'Until then the bridge reads the rooms that were active lately every few seconds. `/matrix status` says more.';
const OVER = 'Events from Matrix arrive again.';

/**
 * Notices that the homeserver's pushes have stopped: what the bot itself does does not come back. The admins are told once,
 * and the rooms that were active lately are read until pushes come again. While they come it asks for nothing.
 */
export class Watchdog {
    private turn = 0;
    private isOn = false;
    private startedAt = 0;
    private heardAt = 0;
    /** How many transactions came. */
    private pushes = 0;
    private trafficAt = 0;
    private failedPings = 0;
    private ticks = 0;
    private stalled = false;
    /** Nudges that did not come back while an event did: a homeserver that pushes nothing that passes. */
    private lostNudges = 0;
    private heard?: () => void;
    private recalled = false;
    /** The process before this one may have told. */
    private mayHaveTold = true;
    private readonly lookout: Lookout;

    /**
     * @param reads reads rooms without pushes
     * @param advice what may be the reason, and what to do, given whether a ping gets through
     */
    constructor(
        private readonly context: Pick<BridgeContext, 'homeserver' | 'clock' | 'log' | 'rocketchat'>,
        private readonly echo: EchoRoom,
        private readonly ready: () => boolean,
        private readonly reads: Reads,
        private readonly notices: AdminNotices,
        private readonly advice: (ping: PingOutcome) => string,
    ) {
        this.lookout = new Lookout(context, reads);
    }

    /** The bridge works from now on. Calling it again changes nothing. */
    public on(): void {
        if (!this.isOn) {
            this.isOn = true;
            this.turn += 1;
            this.startedAt = this.context.clock.now();
            this.trafficAt = this.startedAt;
            this.heardAt = 0;
            this.forget();
            void this.watch(this.turn);
        }
    }

    /** The app is disabled or the bridge switched off: what a look was just about to find is no suspicion, nothing has killed this process. */
    public off(): void {
        if (this.isOn && !this.stalled) {
            void this.suspect();
        }
        this.isOn = false;
        this.turn += 1;
    }

    /** The homeserver may be another one now: what it pushes and what not is not known. */
    public forget(): void {
        this.lostNudges = 0;
        this.lookout.reset();
    }

    /** A transaction came. @param events as they came */
    public pushed(events: unknown[]): void {
        this.heardAt = this.context.clock.now();
        this.pushes += 1;
        this.failedPings = 0;
        this.heard?.();
        this.lookout.pushed(events);
        if (!events.every((event) => Boolean(event) && (event as { type?: unknown }).type === ECHO)) {
            this.trafficAt = this.heardAt;
        }
        if (this.stalled || (this.mayHaveTold && this.ready())) {
            this.stalled = false;
            this.mayHaveTold = false;
            void this.notices.over(NOTICE, OVER);
            void this.suspect();
        }
    }

    /** One look. Never throws. */
    public async tick(): Promise<void> {
        try {
            this.ticks += 1;
            await this.recall();
            if (this.stalled) {
                await this.reads.all();
                if (this.ticks % ASK_EVERY === 0 && (await this.echo.roundTrip(ECHO_MS)) !== undefined) {
                    this.pushed([]);
                }
            } else if (this.ready()) {
                const isLate = await this.lookout.tick();
                if (isLate || this.context.clock.now() - this.heardAt >= this.quietMs()) {
                    await this.probe();
                }
            }
        } catch (error) {
            // The homeserver is away: the outward way notices that, too.
            this.context.log.debug(`The watchdog could not ask: ${reasonOf(error)}`);
        }
    }

    /** Once: what the process before this one has found. */
    private async recall(): Promise<void> {
        if (!this.recalled) {
            const suspicion = await this.context.rocketchat.store.readOne<Suspicion>(SUSPECT);
            this.recalled = true;
            this.stalled = this.heardAt === 0 && Boolean(suspicion && suspicion.stalled);
        }
    }

    private quietMs(): number {
        return this.canNudge ? QUIET_MS : Math.min(MAX_QUIET_MS, Math.max(QUIET_MS, (this.context.clock.now() - this.trafficAt) / 12));
    }

    private get canNudge(): boolean {
        return this.lostNudges < 2;
    }

    private async watch(turn: number): Promise<void> {
        for (let pause = FIRST_TICK_MS; this.isOn && turn === this.turn; pause = TICK_MS) {
            await this.context.clock.sleep(pause);
            if (this.isOn && turn === this.turn) {
                await this.tick();
            }
        }
    }

    private async probe(): Promise<void> {
        const { clock, homeserver } = this.context;
        const { pushes, turn } = this;
        const nudged = this.canNudge;
        if (nudged && (await this.nudge())) {
            return;
        }
        const wasSuspect = Boolean(await this.context.rocketchat.store.readOne<Suspicion>(SUSPECT));
        if (turn !== this.turn) {
            return;
        }
        await this.suspect({ stalled: false });
        if ((await this.echo.roundTrip(wasSuspect ? NUDGE_MS : ECHO_MS)) !== undefined) {
            this.lostNudges += nudged ? 1 : 0;
            this.heardAt = clock.now();
            this.failedPings = 0;
            await this.suspect();
            return;
        }
        // Brings a homeserver that only waits for its next try at once.
        const ping = await homeserver.ping(`watch-${clock.now()}`);
        if (ping.ok ? !wasSuspect && (await this.echo.roundTrip(ECHO_MS)) !== undefined : ping.reason === 'homeserver') {
            return;
        }
        if (!ping.ok && ping.reason === 'unsupported' && clock.now() - this.startedAt < START_MS) {
            return;
        }
        // Its own event can stand behind a long backlog, or come late from a homeserver that has much to do.
        if (this.pushes !== pushes || turn !== this.turn) {
            await this.suspect();
            return;
        }
        this.failedPings += ping.ok || ping.reason === 'unsupported' ? 0 : 1;
        // That the bridge is not reached can pass by itself, right after a start for instance.
        if (this.failedPings !== 1) {
            await this.declare(ping);
        }
    }

    private async declare(ping: PingOutcome): Promise<void> {
        this.stalled = true;
        this.context.log.error('The homeserver pushes nothing any more; active rooms are read until it does.');
        await this.suspect({ stalled: true });
        await this.notices.begins(NOTICE, stalled(this.advice(ping)));
        await this.reads.all();
    }

    /** Something that passes and is stored nowhere: typing in the bot's own room. @returns whether any push came soon */
    private async nudge(): Promise<boolean> {
        const came = new Promise<boolean>((resolve) => {
            this.heard = () => resolve(true);
        });
        await this.echo.nudge();
        return Promise.race([came, this.context.clock.sleep(NUDGE_MS).then(() => false)]);
    }

    private async suspect(suspicion?: Suspicion): Promise<void> {
        const { store } = this.context.rocketchat;
        await (suspicion ? store.put(suspicion, SUSPECT) : store.remove(SUSPECT)).catch((error) =>
            this.context.log.debug(`A suspicion could not be noted: ${reasonOf(error)}`));
    }
}
