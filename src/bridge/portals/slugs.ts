import { digest } from '../../ids/hash';
import type { RocketChat } from '../../rocketchat/RocketChat';

const MAX_SLUG = 60;

/** A name that nothing but the key is in, for where a nicer one cannot be had. */
export const plainSlug = (key: string): string => `matrix-${digest(key).slice(0, 8)}`;

/**
 * A name for a new channel or group that the server accepts (`UTF8_Channel_Names_Validation`, `[0-9a-zA-Z-_.]+`) and that is
 * not in use. With `UI_Allow_room_names_with_special_chars` the server makes a name of it by itself (`limax`): of one without
 * full stops and doubled hyphens it is the same, so the room can be found by it.
 * @param name as Matrix has it; missing or of other characters only, one is made of the key
 * @param key tells rooms of one name apart, always in the same way
 */
export async function freeSlug(rocketchat: Pick<RocketChat, 'roomByName'>, name: string | undefined, key: string): Promise<string> {
    const plain = (name || '')
        .normalize('NFKD')
        .replace(/[\u0300-\u036f]/g, '')
        .replace(/[^0-9a-zA-Z_]+/g, '-')
        .slice(0, MAX_SLUG)
        .replace(/^-|-$/g, '');
    if (!plain) {
        return plainSlug(key);
    }
    return (await rocketchat.roomByName(plain)) ? `${plain}-${digest(key).slice(0, 8)}` : plain;
}
