import type { CreateRoom } from '../Homeserver';
import type { MatrixUserId } from '../../ids/types';
import type { Json } from './Caller';

/** Taken when a homeserver names neither a default that we understand nor a version that we know. */
const FALLBACK_VERSION = '10';

/**
 * From version 12 on a room's creator stands above all power levels and must not be named in them (MSC4289); before, a list
 * of users without the creator is refused (Synapse 1.163) or completed (Dendrite 0.15).
 */
function creatorIsAboveLevels(roomVersion: string): boolean {
    return Number(roomVersion) >= 12;
}

/**
 * @param capabilities answer of `GET /capabilities`
 * @returns the homeserver's default when it is a version of the spec, else its highest stable one
 */
export function roomVersionIn(capabilities: Json): string {
    const versions = ((capabilities.capabilities as Json | undefined)?.['m.room_versions'] || {}) as Json;
    const isSpec = (version: unknown): version is string => typeof version === 'string' && /^[1-9]\d{0,2}$/.test(version);
    if (isSpec(versions.default)) {
        return versions.default;
    }
    const available = typeof versions.available === 'object' && versions.available !== null ? (versions.available as Json) : {};
    const stable = Object.keys(available).filter((version) => isSpec(version) && available[version] === 'stable');
    return stable.sort((a, b) => Number(b) - Number(a))[0] || FALLBACK_VERSION;
}

/**
 * @param creator who makes the room
 * @returns the body of `POST /createRoom` (client-server API, "Creation"). Only `users` of the power levels is overridden:
 * Synapse replaces each given top-level key as a whole.
 */
export function createRoomBody(options: CreateRoom, creator: MatrixUserId, roomVersion: string): Json {
    const { name, topic, aliasLocalpart, preset, visibility, invite, isDirect, userLevels } = options;
    const above = creatorIsAboveLevels(roomVersion);
    const users: Record<string, number> = { ...userLevels };
    delete users[creator];
    if (!above) {
        users[creator] = 100;
    }
    return {
        room_version: roomVersion,
        preset,
        visibility,
        ...(name ? { name } : {}),
        ...(topic ? { topic } : {}),
        ...(aliasLocalpart ? { room_alias_name: aliasLocalpart } : {}),
        ...(invite && invite.length > 0 ? { invite } : {}),
        ...(isDirect ? { is_direct: true } : {}),
        ...(userLevels ? { power_level_content_override: { users } } : {}),
    };
}
