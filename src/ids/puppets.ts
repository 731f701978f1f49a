import { digest } from './hash';
import { localpartOf, serverOf } from './matrix';
import type { MatrixUserId, RcUserId } from './types';

/** Rocket.Chat user id of a Matrix user's puppet: derived, so that two instances cannot make two puppets for one person. */
export function puppetIdOf(user: MatrixUserId): RcUserId {
    return `mx${digest(user).slice(0, 24)}` as RcUserId;
}

/** @returns whether the id was derived from a Matrix user, whichever */
export const isPuppetId = (id: string): boolean => /^mx[0-9a-f]{24}$/.test(id);

/**
 * Username of a puppet: of the characters that Rocket.Chat's mentions know (`UTF8_User_Names_Validation`,
 * `[0-9a-zA-Z-_.]+`); never with a `:`, which can neither be mentioned nor, beside an `@`, join rooms.
 * @param attempt 0 for the plain name; higher ones tell it apart when it is taken
 */
export function puppetUsername(user: MatrixUserId, attempt = 0): string {
    const clean = (text: string): string => text.replace(/[^0-9a-zA-Z_.-]+/g, '_');
    const plain = `${clean(localpartOf(user)).slice(0, 64)}-${clean(serverOf(user).replace(/:/g, '-')).slice(0, 64)}`;
    return attempt ? `${plain}-${digest(`${user}\u0000${attempt}`).slice(0, 6)}` : plain;
}
