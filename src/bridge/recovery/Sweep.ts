import type { RcRoomId } from '../../ids/types';
import type { StoreKey } from '../../rocketchat/RocketChat';
import type { Parts } from '../core/Parts';
import { reasonOf } from '../core/Context';
import type { Portal } from '../portals/Portal';
import { PORTAL_PARTS } from '../portals/Portals';
import type { Journal } from './Journal';
import type { Presence } from './Presence';

/** How far the silent rooms have been gone through, kept for the next process. */
interface State {
    /** The process that is at it. */
    owner: string;
    /** Since when nobody may have heard what happened, milliseconds since the epoch. */
    since: number;
    /** The next part of all portals. */
    part: number;
}

const STATE: StoreKey = { model: 'misc', id: 'outbound-sweep' };
/** How many active rooms are looked at first, and how many at a time. */
const ACTIVE = 200;
const AT_ONCE = 4;
/** Pause between two silent rooms: nobody waits for them. */
const PAUSE_MS = 100;
/** Newest messages of a silent room that tell whether somebody wrote. */
const GLANCE = 20;
/** Signs of life and times of messages are not exact. */
const SLACK_MS = 30_000;

/** What is done with a room. */
export interface Checks {
    /** Compares the room with Matrix. @param since milliseconds since the epoch @returns when that is done */
    check(portal: Portal, whole: boolean, since: number): Promise<void>;
    isChecked(roomId: RcRoomId, whole: boolean): boolean;
}

/**
 * Finds what nobody heard: messages, edits and deletions of the time in which the app was off. The rooms that were active
 * lately come first, a few at a time; all others follow gently in the background. Without a time off nothing is done.
 */
export class Sweep {
    private run = 0;
    private looking?: Promise<void>;

    constructor(
        private readonly parts: Parts,
        private readonly presence: Presence,
        private readonly journal: Journal,
        private readonly checks: Checks,
    ) {}

    /** Looks whether a process has ended, and goes through the rooms when one has. @returns when all are gone through */
    public look(): Promise<void> {
        this.looking = this.looking || this.begin().finally(() => { this.looking = undefined; });
        return this.looking;
    }

    /** The bridge is switched off: what is left to do is kept for later. */
    public stop(): void {
        this.run += 1;
    }

    private async begin(): Promise<void> {
        const { run, presence } = this;
        const { store } = this.parts.context.rocketchat;
        const before = await store.readOne<State>(STATE);
        if (before && before.owner !== presence.id && !(await presence.isGone(before.owner))) {
            return;
        }
        let state: State | undefined = before && { ...before, owner: presence.id };
        const offSince = await presence.offSince(async (since) => {
            state = { owner: presence.id, since: Math.min(since, before ? before.since : Infinity), part: 0 };
            await store.put(state, STATE);
        });
        if (!state) {
            return;
        }
        if (offSince === undefined) {
            await store.put(state, STATE);
        }
        if (state.part === 0) {
            await this.active(state.since, run);
        }
        await this.silent(state, run);
    }

    private async active(since: number, run: number): Promise<void> {
        const left = [...new Set(await this.journal.recent(ACTIVE, since))];
        const worker = async (): Promise<void> => {
            for (let room = left.shift(); room && run === this.run; room = left.shift()) {
                await this.room(room, since);
            }
        };
        await Promise.all([...Array(AT_ONCE).keys()].map(worker));
    }

    private async room(roomId: RcRoomId, since: number): Promise<void> {
        const { portals, context } = this.parts;
        try {
            const portal = this.checks.isChecked(roomId, true) ? undefined : await portals.ofRcRoom(roomId);
            await (portal && this.checks.check(portal, true, since));
        } catch (error) {
            context.log.warn(`Room ${roomId} could not be looked at: ${reasonOf(error)}`);
        }
    }

    private async silent(state: State, run: number): Promise<void> {
        const { portals, context } = this.parts;
        let looked = 0;
        for (; state.part < PORTAL_PARTS; state.part += 1) {
            for (const portal of await portals.part(state.part)) {
                if (run === this.run && !this.checks.isChecked(portal.rcRoomId, true)) {
                    looked += 1;
                    await this.glance(portal, state.since);
                    await context.clock.sleep(PAUSE_MS);
                }
            }
            if (run !== this.run) {
                return;
            }
            await context.rocketchat.store.put({ ...state, part: state.part + 1 }, STATE);
        }
        await context.rocketchat.store.remove(STATE);
        context.log.info(`The rooms were looked through for what happened since ${new Date(state.since).toISOString()}, ${looked} silent ones among them.`);
    }

    private async glance(portal: Portal, since: number): Promise<void> {
        const { rocketchat, log } = this.parts.context;
        try {
            const newest = await rocketchat.recentMessages(portal.rcRoomId, { limit: GLANCE });
            const isNew = newest.some(({ ts, editedAt }) => Math.max(ts, editedAt || 0) >= since - SLACK_MS);
            const isDeleted = !newest.length && !(await rocketchat.room(portal.rcRoomId));
            await ((isNew || isDeleted) && this.checks.check(portal, true, since));
        } catch (error) {
            log.warn(`Room ${portal.rcRoomId} could not be looked at: ${reasonOf(error)}`);
        }
    }
}
