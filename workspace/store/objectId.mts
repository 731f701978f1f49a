import { randomBytes } from 'node:crypto';

const machine = randomBytes(5).toString('hex');
let counter = randomBytes(3).readUIntBE(0, 3);

/** A new MongoDB object id: 24 hexadecimal digits that sort in the order of their making. */
export function objectId(): string {
    counter = (counter + 1) % 0x1000000;
    const seconds = Math.floor(Date.now() / 1000).toString(16).padStart(8, '0');
    return seconds + machine + counter.toString(16).padStart(6, '0');
}
