import { cut } from '../../convert/values';
import { localpartOf } from '../../ids/matrix';
import type { MatrixUserId } from '../../ids/types';
import type { RcUser } from '../../rocketchat/RocketChat';

/** Synapse refuses longer display names (256 characters); Rocket.Chat's lists break on far shorter ones. */
const MAX_GHOST_NAME = 250;
const MAX_PUPPET_NAME = 100;
/** Control characters, line breaks, and the marks that turn the direction of what follows. */
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]/g;

const tidy = (name: string): string => name.replace(UNSAFE, ' ').replace(/\s+/g, ' ').trim();

/** Name of a user's ghost. */
export function displayName(user: RcUser): string {
    return cut(tidy(user.name), MAX_GHOST_NAME) || user.username;
}

/** Name of a puppet: the Matrix display name as far as it can be shown, else the localpart. */
export function puppetName(user: MatrixUserId, given: unknown): string {
    const name = typeof given === 'string' ? cut(tidy(given), MAX_PUPPET_NAME) : '';
    // A name of marks that cannot be seen would look like no name at all.
    return /[^\s\u200b-\u200f\u2060-\u206f\u00ad\u034f\u180e\u3164\ufe00-\ufe0f]/.test(name) ? name : localpartOf(user).slice(0, MAX_PUPPET_NAME);
}

const capital = (part: string): string => part.charAt(0).toUpperCase() + part.slice(1);

/** How a username that is known in small letters only is usually written: `ann.lee`, `Ann.lee`, `Ann.Lee`, `ANN.LEE`. No two users differ by capitals alone. */
export function spellingsOf(username: string): string[] {
    const parts = username.split(/([._-]+)/);
    return [...new Set([username, capital(username), parts.map(capital).join(''), username.toUpperCase()])];
}
