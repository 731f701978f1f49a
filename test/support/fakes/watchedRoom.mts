import { AdminNotices } from '../../../src/bridge/status/AdminNotices';
import { EchoRoom } from '../../../src/bridge/status/EchoRoom';
import { pingProblem } from '../../../src/bridge/status/Health';
import { Watchdog } from '../../../src/bridge/status/Watchdog';
import { turns } from './FakeClock.mts';
import { bridgedRoom } from './bridgedRoom.mts';

/** A bridged room, a homeserver whose pushes can be cut, a watchdog that is asked by hand. */
export async function watchedRoom() {
    const w = await bridgedRoom();
    const { push } = w;
    const pushes = { on: true };
    const sendState = w.homeserver.sendState.bind(w.homeserver);
    w.homeserver.sendState = async (roomId, ...rest) => {
        const id = await sendState(roomId, ...rest);
        if (pushes.on) {
            await push(w.homeserver.rooms.get(roomId)!.timeline.find((event) => event.event_id === id));
        }
        return id;
    };
    /** Synapse: what passes is pushed as well. */
    const pushTyping = (): void => {
        w.homeserver.typing = async () => {
            w.homeserver.calls.push('typing');
            if (pushes.on) {
                await w.bridge.handleTransaction('t', [], [{}]);
            }
        };
    };
    const told: string[] = [];
    const dog = (): Watchdog => {
        const echo = new EchoRoom(w.context);
        const notices = new AdminNotices(w.rocketchat.store, w.context.log, () => true, async (text) => told.push(text));
        const watchdog = new Watchdog(w.context, echo, () => true, w.bridge.reading, notices, (ping) => pingProblem(ping, 'http://bridge.test') ?? 'Set another "Bridge URL".');
        w.bridge.onOwnEvent((event) => echo.heard(event));
        w.bridge.onPush = (events) => watchdog.pushed(events);
        return watchdog;
    };
    /** Pushes stop, until the admins have been told so. */
    const stall = async (watchdog: Watchdog): Promise<void> => {
        pushes.on = false;
        while (!told.length) {
            w.clock.pass(5_000);
            await watchdog.tick();
        }
    };
    const say = (body: string) => w.carolSays(body, {}, { origin_server_ts: w.clock.now() });
    const settled = (): Promise<void> => turns(30);
    return { ...w, pushes, pushTyping, dog, told, stall, say, texts: w.textsInRocketChat, settled };
}
