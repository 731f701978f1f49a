import type { BridgeError } from '../../errors/BridgeError';
import type { Clock } from '../core/Context';
import type { AdminNotices } from './AdminNotices';

const NOTICE = 'homeserver-away';
/** The admins are told after this time: soon of a token that is refused, which does not pass by itself; later of what may be a restart. */
const REFUSED_MS = 60_000;
const AWAY_MS = 600_000;

/** What is known of the homeserver. */
export interface Whereabouts {
    /** Since when it is away, milliseconds since the epoch; undefined while it is there. */
    readonly awaySince?: number;
    readonly awayBecause?: BridgeError;
    /** It has done something since this process began. */
    readonly hasWorked: boolean;
}

/** Tells the administrators, once, that what people write waits: only they can do something about it. */
export class AwayNotice {
    /** It was said, or needs not be: a process before this one may have told that it is away. */
    private isOver = false;

    constructor(
        private readonly homeserver: Whereabouts,
        private readonly clock: Clock,
        private readonly notices: Pick<AdminNotices, 'begins' | 'over'>,
    ) {}

    /** To be called often. */
    public async look(): Promise<void> {
        const { awaySince, awayBecause, hasWorked } = this.homeserver;
        if (awaySince === undefined || !awayBecause) {
            if (hasWorked && !this.isOver) {
                this.isOver = true;
                await this.notices.over(NOTICE, 'The Matrix homeserver is there again. What people on Rocket.Chat wrote meanwhile is delivered now.');
            }
            return;
        }
        const isRefused = awayBecause.code === 'matrix.token';
        if (this.clock.now() - awaySince >= (isRefused ? REFUSED_MS : AWAY_MS)) {
            this.isOver = false;
            await this.notices.begins(NOTICE, [
                awayBecause.userMessage,
                `Nothing has gone from Rocket.Chat to Matrix since ${new Date(awaySince).toISOString().slice(11, 16)} UTC; it is kept, and delivered when the homeserver is there.`,
                ...(isRefused ? ['Please copy the registration from the settings of the app to the homeserver, and restart the homeserver.'] : []),
                '`/matrix status` says more, `/matrix queue` what waits.',
            ].join(' '));
        }
    }
}
