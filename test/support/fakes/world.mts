import { Bridge } from '../../../src/bridge/Bridge';
import { Namespace } from '../../../src/ids/Namespace';
import { FakeClock, turns } from './FakeClock.mts';
import { FakeHomeserver } from './FakeHomeserver.mts';
import { FakeRocketChat } from './FakeRocketChat.mts';

/** A bridge between two fakes. */
export function world() {
    const clock = new FakeClock();
    const rocketchat = new FakeRocketChat(() => clock.now());
    const homeserver = new FakeHomeserver(() => clock.now());
    const lines: string[] = [];
    const line = (text: string): void => { lines.push(text); };
    const context = { rocketchat, homeserver, clock, namespace: new Namespace('hs.test', 'rc_', 'rocketchat'), log: { debug: line, info: line, warn: line, error: line } };
    const bridge = new Bridge(context);
    /** Waits until no lane has work. */
    const quiet = async (): Promise<void> => {
        do {
            await turns(5);
        } while ((await bridge.counts()).waiting > 0);
        await bridge.settle();
    };
    return { rocketchat, homeserver, clock, context, bridge, lines, quiet };
}

export type World = ReturnType<typeof world>;
