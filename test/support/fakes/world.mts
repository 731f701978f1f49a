import { Bridge } from '../../../src/bridge/Bridge';
import type { Clock } from '../../../src/bridge/core/Context';
import { Namespace } from '../../../src/ids/Namespace';
import { sleep } from '../eventually.mts';
import { FakeHomeserver } from './FakeHomeserver.mts';
import { FakeRocketChat } from './FakeRocketChat.mts';

/** Time that runs as fast as it can: whoever sleeps wakes at once, in the order of their times. */
export class FakeClock implements Clock {
    public slept: number[] = [];
    private time = Date.now();

    public now(): number {
        return this.time;
    }

    public async sleep(ms: number): Promise<void> {
        this.slept.push(ms);
        await sleep(1);
        this.time += ms;
    }

    public pass(ms: number): void {
        this.time += ms;
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
