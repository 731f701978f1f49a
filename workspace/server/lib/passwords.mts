import { createHash, randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

const derive = promisify(scrypt) as (password: string, salt: Buffer, length: number) => Promise<Buffer>;

/** The hex SHA-256 digest that clients send instead of the password (`{ digest, algorithm: 'sha-256' }`). */
export function passwordDigest(password: string): string {
    return createHash('sha256').update(password).digest('hex');
}

/**
 * @param digest the SHA-256 digest of the password: like Meteor, the workspace never stores anything of the password itself
 * @returns `scrypt$<salt>$<key>`
 */
export async function hashPassword(digest: string): Promise<string> {
    const salt = randomBytes(16);
    return `scrypt$${salt.toString('base64')}$${(await derive(digest, salt, 32)).toString('base64')}`;
}

export async function checkPassword(digest: string, hash: string): Promise<boolean> {
    const [scheme, salt, key] = hash.split('$');
    if (scheme !== 'scrypt' || !salt || !key) return false;
    return timingSafeEqual(await derive(digest, Buffer.from(salt, 'base64'), 32), Buffer.from(key, 'base64'));
}

/** How login tokens are stored (`services.resume.loginTokens[].hashedToken`): base64 of SHA-256, as Meteor's accounts-base does. */
export function hashLoginToken(token: string): string {
    return createHash('sha256').update(token).digest('base64');
}
