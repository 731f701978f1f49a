import { PlainError } from '../process/PlainError.mts';
import type { HomeserverKind, HomeserverOptions, RunningHomeserver } from './homeserver.mts';
import { homeserverKinds } from './homeserver.mts';
import { Dendrite } from './dendrite/Dendrite.mts';
import { Synapse } from './synapse/Synapse.mts';

export type { Account, HomeserverKind, HomeserverOptions, RunningHomeserver } from './homeserver.mts';
export { homeserverKinds } from './homeserver.mts';

const makers: Record<HomeserverKind, (options: HomeserverOptions) => RunningHomeserver> = {
    synapse: (options) => new Synapse(options),
    dendrite: (options) => new Dendrite(options),
};

/** @throws PlainError for a kind that is not there */
export function assertHomeserverKind(kind: string): asserts kind is HomeserverKind {
    if (!(homeserverKinds as string[]).includes(kind)) {
        throw new PlainError(`There is no homeserver "${kind}" here; known: ${homeserverKinds.join(', ')}.`);
    }
}

/** Makes the handle of a homeserver; nothing runs until `start`. */
export function createHomeserver(kind: HomeserverKind, options: HomeserverOptions): RunningHomeserver {
    return makers[kind](options);
}
