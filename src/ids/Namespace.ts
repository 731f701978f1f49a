import { digest } from './hash';
import { localpartOf, serverOf } from './matrix';
import type { MatrixRoomAlias, MatrixUserId } from './types';

/** Longest localpart that fits a user id of 255 bytes on any server name we meet; longer names are cut and told apart by a digest. */
const MAX_USER_ID_BYTES = 254;

/**
 * Escapes a name by the rules of the Matrix spec (appendices, "Mapping from other character sets"): UTF-8 bytes, A-Z to
 * lower case, bytes outside `a-z0-9.-_/+` and `=` itself as `=` and two hexadecimal digits.
 */
export function escapeLocalpart(name: string): string {
    let escaped = '';
    for (const byte of Buffer.from(name, 'utf8')) {
        const character = String.fromCharCode(byte).toLowerCase();
        escaped += byte < 0x80 && /[a-z0-9._/+-]/.test(character) ? character : `=${byte.toString(16).padStart(2, '0')}`;
    }
    return escaped;
}

/** @returns the name that gives this localpart (in lower case); undefined when the escapes are broken */
export function unescapeLocalpart(localpart: string): string | undefined {
    if (!/^(?:[a-z0-9._/+-]|=[0-9a-f]{2})*$/.test(localpart)) {
        return undefined;
    }
    const bytes: number[] = [];
    for (let at = 0; at < localpart.length; at += 1) {
        if (localpart[at] === '=') {
            bytes.push(parseInt(localpart.slice(at + 1, at + 3), 16));
            at += 2;
        } else {
            bytes.push(localpart.charCodeAt(at));
        }
    }
    return Buffer.from(bytes).toString('utf8');
}

/**
 * The part of the homeserver that is ours: the bot and every user `@<prefix>…:<domain>`. Ghosts are recognised by exact
 * prefix and exact server name, never by a regular expression made of settings.
 */
export class Namespace {
    public readonly bot: MatrixUserId;

    /**
     * @param domain server name of the homeserver, as it stands behind the `:` of its users
     * @param prefix beginning of the localpart of every ghost, and of every alias
     * @param botLocalpart localpart of the application service's own user
     */
    constructor(
        public readonly domain: string,
        public readonly prefix: string,
        botLocalpart: string,
    ) {
        this.bot = `@${botLocalpart}:${domain}` as MatrixUserId;
    }

    public isGhost(user: MatrixUserId): boolean {
        return user !== this.bot && serverOf(user) === this.domain && localpartOf(user).startsWith(this.prefix);
    }

    /** The bot or a ghost: what they do is our own doing. */
    public isOurs(user: MatrixUserId): boolean {
        return user === this.bot || this.isGhost(user);
    }

    /** How a request is made as one of ours (Matrix spec, application service API, "Identity assertion"): the bot is not named. */
    public actingAs(user: MatrixUserId): { as?: MatrixUserId } {
        return user === this.bot ? {} : { as: user };
    }

    public userId(localpart: string): MatrixUserId {
        return `@${localpart}:${this.domain}` as MatrixUserId;
    }

    /**
     * @param username of the Rocket.Chat user
     * @param apart added when the plain localpart belongs to another user already
     */
    public ghostLocalpart(username: string, apart = ''): string {
        const ending = apart ? `_${escapeLocalpart(apart)}` : '';
        const room = MAX_USER_ID_BYTES - Buffer.byteLength(this.domain, 'utf8') - 2;
        const localpart = `${this.prefix}${escapeLocalpart(username)}${ending}`;
        if (localpart.length <= room) {
            return localpart;
        }
        return `${localpart.slice(0, room - 13).replace(/=.?$/, '')}-${digest(username + apart).slice(0, 12)}`;
    }

    /** @returns the username (in lower case) that a ghost's id stands for; undefined when it is no ghost or no name */
    public usernameOf(ghost: MatrixUserId): string | undefined {
        return this.isGhost(ghost) ? unescapeLocalpart(localpartOf(ghost).slice(this.prefix.length)) || undefined : undefined;
    }

    /** Localpart of the alias of a bridged room: `#<prefix><name>:<domain>`. */
    public aliasLocalpart(roomName: string): string {
        return `${this.prefix}${roomName.toLowerCase().replace(/[\s:#]+/g, '-')}`;
    }

    public alias(roomName: string): MatrixRoomAlias {
        return `#${this.aliasLocalpart(roomName)}:${this.domain}` as MatrixRoomAlias;
    }
}
