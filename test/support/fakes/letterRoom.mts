import { bridgedRoom } from './bridgedRoom.mts';

/** A bridged room in which Bob writes, and what could not be delivered of it. */
export async function letterRoom() {
    const w = await bridgedRoom();
    const letters = () => w.bridge.deadLetters.all();
    const retry = async (bridge = w.bridge) => bridge.retries.retry(await bridge.deadLetters.all(), 1e9);
    const say = async (text: string, bridge = w.bridge) => {
        const message = w.rocketchat.write(w.room, w.bob, text);
        await bridge.outbound.messagePosted(message);
        await w.quiet();
        return message;
    };
    const carolsPuppet = async () => {
        await w.push(w.carolSays('hi'));
        return [...w.rocketchat.users.values()].filter(({ isPuppet }) => isPuppet);
    };
    return { ...w, texts: w.textsOnMatrix, letters, retry, say, carolsPuppet };
}
