import { digest } from '../../ids/hash';
import type { RocketChat } from '../../rocketchat/RocketChat';

const MAX_SLUG = 60;

/**
 * A name for a new channel or group that the server accepts (`UTF8_Channel_Names_Validation`, `[0-9a-zA-Z-_.]+`) and that is
 * not in use.
 * @param name as Matrix has it; missing or of other characters only, one is made of the key
 * @param key tells rooms of one name apart, always in the same way
 */
export async function freeSlug(rocketchat: Pick<RocketChat, 'roomByName'>, name: string | undefined, key: string): Promise<string> {
    const plain = (name || '')
        .normalize('NFKD')
        .replace(/[\u0300-\u036f]/g, '')
        .replace(/[^0-9a-zA-Z_.-]+/g, '-')
        .replace(/^[-.]+|[-.]+$/g, '')
        .slice(0, MAX_SLUG);
    const apart = digest(key).slice(0, 8);
    if (!plain) {
        return `matrix-${apart}`;
    }
    return (await rocketchat.roomByName(plain)) ? `${plain}-${apart}` : plain;
}
