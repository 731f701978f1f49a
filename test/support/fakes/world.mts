import { Bridge } from '../../../src/bridge/Bridge';
import type { Clock } from '../../../src/bridge/core/Context';
import { Namespace } from '../../../src/ids/Namespace';
import { sleep } from '../eventually.mts';
import { FakeHomeserver } from './FakeHomeserver.mts';
import { FakeRocketChat } from './FakeRocketChat.mts';

/** Time that runs as fast as it can: of those who sleep the one with the earliest time wakes next, and it is that time then. */
export class FakeClock implements Clock {
    public slept: number[] = [];
    private time = Date.now();
    private readonly sleepers: { until: number; wake: () => void }[] = [];
    private isRunning = false;

    public now(): number {
        return this.time;
    }

    public sleep(ms: number): Promise<void> {
        this.slept.push(ms);
        return new Promise((wake) => {
            this.sleepers.push({ until: this.time + ms, wake });
            void this.run();
        });
    }

    public pass(ms: number): void {
        this.time += ms;
    }

    private async run(): Promise<void> {
        if (this.isRunning) {
            return;
        }
        this.isRunning = true;
        while (this.sleepers.length > 0) {
            // What can go on without sleeping does so first.
            await sleep(1);
            const until = Math.min(...this.sleepers.map((sleeper) => sleeper.until));
            const [{ wake }] = this.sleepers.splice(this.sleepers.findIndex((sleeper) => sleeper.until === until), 1);
            this.time = Math.max(this.time, until);
            wake();
        }
        this.isRunning = false;
    }
}

/** A bridge between two fakes. */
export function world() {
    const rocketchat = new FakeRocketChat();
    const homeserver = new FakeHomeserver();
    const clock = new FakeClock();
    const lines: string[] = [];
    const line = (text: string): void => { lines.push(text); };
    const context = { rocketchat, homeserver, clock, namespace: new Namespace('hs.test', 'rc_', 'rocketchat'), log: { debug: line, info: line, warn: line, error: line } };
    const bridge = new Bridge(context);
    /** Waits until no lane has work. */
    const quiet = async (): Promise<void> => {
        do {
            await sleep(5);
        } while ((await bridge.counts()).waiting > 0);
        await bridge.settle();
    };
    return { rocketchat, homeserver, clock, context, bridge, lines, quiet };
}

export type World = ReturnType<typeof world>;
