import type { BridgeContext } from '../core/Context';
import type { Portal } from '../portals/Portal';

const DAY_MS = 86_400_000;
/** How many messages at the beginning of a room, all of the last day, are taken for deleted by hand. */
const FEW = 10;
/** The same, where nothing else is left in the room. */
const FEW_ALL = 3;
/** How many at most are taken for deleted by hand, one by one, in one room and one time off. */
const MOST = 50;

/** What the server does by itself with old messages. */
export interface Pruning {
    /** Milliseconds since the epoch: what is older may have been pruned by a policy. */
    until: number;
    /** A person's deletion leaves a trace (`Message_ShowDeletedStatus`, `Message_KeepHistory`): what is gone without one was pruned. */
    leavesTraces: boolean;
}

/** By kind of the room: since version 6.8 a setting in milliseconds, before that one in days. */
const SETTINGS: Record<Portal['kind'], { applies: string; ttl: string; days: string }> = {
    c: { applies: 'RetentionPolicy_AppliesToChannels', ttl: 'RetentionPolicy_TTL_Channels', days: 'RetentionPolicy_MaxAge_Channels' },
    p: { applies: 'RetentionPolicy_AppliesToGroups', ttl: 'RetentionPolicy_TTL_Groups', days: 'RetentionPolicy_MaxAge_Groups' },
    d: { applies: 'RetentionPolicy_AppliesToDMs', ttl: 'RetentionPolicy_TTL_DMs', days: 'RetentionPolicy_MaxAge_DMs' },
};

/** Reads what prunes the messages of a room (server: `app/retention-policy/server/cronPruneMessages.ts`). */
export async function readPruning({ rocketchat, clock }: Pick<BridgeContext, 'rocketchat' | 'clock'>, { kind, rcRoomId }: Portal): Promise<Pruning> {
    // A setting that this version of the server does not have is an error of the engine.
    const setting = <T>(id: string): Promise<T | undefined> => rocketchat.serverSetting<T>(id).catch(() => undefined);
    const leavesTraces = Boolean(await setting('Message_ShowDeletedStatus')) || Boolean(await setting('Message_KeepHistory'));
    if (!(await setting<boolean>('RetentionPolicy_Enabled'))) {
        return { until: -Infinity, leavesTraces };
    }
    const { applies, ttl, days } = SETTINGS[kind];
    const room = await rocketchat.room(rcRoomId);
    const own = room && room.retentionDays;
    const ages = own === undefined ? [] : [own * DAY_MS];
    if (await setting<boolean>(applies)) {
        const [age, ageInDays] = [await setting<number>(ttl), await setting<number>(days)];
        ages.push(typeof age === 'number' ? age : (typeof ageInDays === 'number' ? ageInDays : 0) * DAY_MS);
    }
    // The shortest: which of them counts may have changed meanwhile.
    return { until: ages.length ? clock.now() - Math.min(...ages) : -Infinity, leavesTraces };
}

/** A message that is on Matrix and not in Rocket.Chat any more. */
interface Missing {
    /** Milliseconds since the epoch. */
    ts: number;
}

/**
 * Tells what people deleted from what was pruned: pruning keeps Rocket.Chat small and is nobody's wish to take back what
 * was said, so Matrix keeps it. A policy, and whoever prunes by hand, takes all messages up to a time (`cleanRoomHistory`);
 * people delete one by one.
 * @param missing of one room
 * @param oldest time of the oldest message that is there and that pruning would have taken; undefined when there is none
 * @param now milliseconds since the epoch
 * @returns those that people deleted
 */
export function deletedByPeople<T extends Missing>(missing: T[], oldest: number | undefined, { until, leavesTraces }: Pruning, now: number): T[] {
    if (leavesTraces) {
        return [];
    }
    const young = missing.filter(({ ts }) => ts > until);
    const first = young.filter(({ ts }) => oldest === undefined || ts < oldest);
    const isByHand = first.length <= (oldest === undefined ? FEW_ALL : FEW) && first.every(({ ts }) => now - ts < DAY_MS);
    const deleted = isByHand ? young : young.filter((one) => !first.includes(one));
    return deleted.length > MOST ? [] : deleted;
}
