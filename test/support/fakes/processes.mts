import { Bridge } from '../../../src/bridge/Bridge';
import { PULSE_MS } from '../../../src/bridge/recovery/Presence';
import type { MatrixEvent } from '../../../src/matrix/Homeserver';
import type { RcMessage, RcRoom, RcUser } from '../../../src/rocketchat/RocketChat';
import { type FakeClock, turns } from './FakeClock.mts';
import { world } from './world.mts';

/** A process of the app: dies with all it has in memory. */
export interface Process {
    bridge: Bridge;
    /** From now on it does nothing any more. */
    kill(): void;
}

/** Whoever lives gives signs, until the function that is returned is called. */
export function alive(clock: FakeClock, ...processes: { beat(): Promise<void> }[]): () => void {
    let isAlive = true;
    const live = async (): Promise<void> => {
        while (isAlive) {
            await Promise.all(processes.map((process) => process.beat()));
            await clock.sleep(PULSE_MS);
        }
    };
    void live();
    return () => { isAlive = false; };
}

/** A workspace and a homeserver that outlive the processes between them. */
export function worldOfProcesses() {
    const { rocketchat, homeserver, clock, context, lines } = world();
    const started: Process[] = [];

    const start = (): Process => {
        let dead = false;
        const mortal = <T extends object>(thing: T): T => new Proxy(thing, {
            get: (target, name) => {
                const value = Reflect.get(target, name) as unknown;
                if (value === rocketchat.store) {
                    return mortal(rocketchat.store);
                }
                if (typeof value !== 'function') {
                    return value;
                }
                return (...args: unknown[]) => {
                    if (dead && name !== 'now') {
                        return name === 'after' ? () => undefined : new Promise(() => undefined);
                    }
                    const result = (value as (...given: unknown[]) => unknown).apply(target, args);
                    return result instanceof Promise ? result.then((done) => (dead ? new Promise(() => undefined) : done)) : result;
                };
            },
        });
        const bridge = new Bridge({ ...context, rocketchat: mortal(rocketchat), homeserver: mortal(homeserver), clock: mortal(clock) });
        const process: Process = { bridge, kill: () => { dead = true; } };
        started.push(process);
        return process;
    };

    /** Waits until no lane of this process has work, for a while. */
    const settled = async ({ bridge }: Process): Promise<void> => {
        for (let calm = 0; calm < 5; calm = (await bridge.counts()).waiting ? 0 : calm + 1) {
            await turns(5);
        }
        await bridge.settle();
    };

    /** The homeserver does not answer (or refuses) until the function that is returned is called. */
    const silence = (...methods: ('send' | 'redact' | 'sendState' | 'join' | 'invite' | 'kick' | 'leave' | 'setDisplayName' | 'createRoom' | 'messages')[]): (() => void) => {
        const calls = homeserver as unknown as Record<string, unknown>;
        methods.forEach((method) => { calls[method] = () => new Promise(() => undefined); });
        return () => methods.forEach((method) => { delete calls[method]; });
    };

    const bridged = async (process: Process, owner: RcUser, room: RcRoom) => {
        const portal = await process.bridge.rooms.bridge(room, owner);
        const { timeline } = homeserver.rooms.get(portal.matrixRoomId)!;
        const ofType = (type: string): MatrixEvent[] => timeline.filter((event) => event.type === type);
        return { room, portal, timeline, ofType, texts: () => ofType('m.room.message').map(({ content }) => content.body) };
    };

    let time = 0;
    /** A message of a person, each a little later than the one before. */
    const write = (room: RcRoom, sender: RcUser, text: string, more: Partial<RcMessage> = {}): RcMessage =>
        rocketchat.write(room, sender, text, { ts: (time = Math.max(time + 10, clock.now())), ...more });

    return { rocketchat, homeserver, clock, lines, start, settled, silence, bridged, write };
}

export const moment = (count = 15): Promise<void> => turns(count);
