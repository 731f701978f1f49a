import { randomBytes, randomInt } from 'node:crypto';

/** Characters that nobody mistakes for one another: the alphabet of Meteor's `Random.id()`. */
const alphabet = '23456789ABCDEFGHJKLMNPQRSTWXYZabcdefghijkmnopqrstuvwxyz';

/** 17 characters, as Meteor's `Random.id()`: users, messages (the apps' converter gives them one before they are stored), subscriptions of direct rooms. */
export function randomId(length = 17): string {
    let id = '';
    for (let i = 0; i < length; i++) id += alphabet[randomInt(alphabet.length)];
    return id;
}

/** 43 characters, as Meteor's `Random.secret()`: login tokens. */
export function randomSecret(): string {
    return randomBytes(32).toString('base64url');
}

/**
 * 24 hexadecimal digits that grow with time, as MongoDB's `ObjectId`: the server's models give it to every document that is
 * inserted without an `_id` (packages/models/src/models/BaseRaw.ts), so rooms, uploads and system messages.
 */
export function objectId(): string {
    counter = (counter + 1) & 0xffffff;
    const seconds = Math.floor(Date.now() / 1000).toString(16).padStart(8, '0');
    return seconds + processPart + counter.toString(16).padStart(6, '0');
}

const processPart = randomBytes(5).toString('hex');
let counter = randomInt(0xffffff);
