import type { Log } from '../../errors/Log';
import type { Namespace } from '../../ids/Namespace';
import type { Homeserver } from '../../matrix/Homeserver';
import type { RocketChat } from '../../rocketchat/RocketChat';

/** Time, so that tests can run it. */
export interface Clock {
    /** Milliseconds since the epoch. */
    now(): number;
    sleep(ms: number): Promise<void>;
    /** Calls `then` after so many milliseconds. @returns what keeps it from that */
    after(ms: number, then: () => void): () => void;
}

/**
 * What every part of the bridge works with. `homeserver` and `namespace` are read at each use: a changed setting takes
 * effect at once.
 */
export interface BridgeContext {
    readonly rocketchat: RocketChat;
    readonly homeserver: Homeserver;
    readonly namespace: Namespace;
    readonly log: Log;
    readonly clock: Clock;
}

export const systemClock: Clock = {
    now: () => Date.now(),
    sleep: (ms) => new Promise((resolve) => { setTimeout(resolve, ms); }),
    after: (ms, then) => {
        const timer = setTimeout(then, ms);
        return () => clearTimeout(timer);
    },
};

/** @param connection gives the homeserver and the namespace of the settings as they are then */
export const contextOf = (rocketchat: RocketChat, log: Log, connection: Pick<BridgeContext, 'homeserver' | 'namespace'>): BridgeContext => ({
    rocketchat,
    log,
    clock: systemClock,
    get homeserver() {
        return connection.homeserver;
    },
    get namespace() {
        return connection.namespace;
    },
});

/** @returns what can be said of an error in one log line */
export function reasonOf(error: unknown): string {
    return error instanceof Error ? error.message : String(error);
}
