import { CAROL } from './bridgedRoom.mts';
import { world } from './world.mts';

/** Alice and Bob in Rocket.Chat, Carol on Matrix, and no room yet. */
export function peopleOfBoth() {
    const w = world();
    const alice = w.rocketchat.addUser('alice');
    const bob = w.rocketchat.addUser('bob');
    w.homeserver.addPerson(CAROL, 'Carol C');
    return { ...w, alice, bob };
}
