import { isFailure } from '../../errors/catalogue';
import type { MatrixRoomId } from '../../ids/types';
import type { Acting, Content, Homeserver } from '../Homeserver';
import type { Caller } from './Caller';
import { path, textIn } from './Caller';
import { createRoomBody, roomVersionIn } from './creation';

type RoomCalls = Pick<
    Homeserver,
    'createRoom' | 'resolveAlias' | 'createAlias' | 'deleteAlias' | 'publish' | 'join' | 'invite' | 'leave' | 'kick' | 'ban' | 'unban' | 'joinedRooms'
>;

/** The default room version changes with an update of the homeserver only. */
const VERSION_LIFE_MS = 60 * 60_000;

const texts = (value: unknown): string[] => (Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : []);

/** Rooms: making, finding, membership. */
export function roomCalls(caller: Caller): RoomCalls {
    let known: { version: string; readAt: number } | undefined;

    async function roomVersion(): Promise<string> {
        if (!known || Date.now() - known.readAt > VERSION_LIFE_MS) {
            const capabilities = await caller.json('GET', 'capabilities').catch((error) => {
                if (isFailure(error, 'matrix.unsupported', 'matrix.notFound')) {
                    return {};
                }
                throw error;
            });
            known = { version: roomVersionIn(capabilities), readAt: Date.now() };
        }
        return known.version;
    }

    const act = async (verb: string, roomId: MatrixRoomId, { as, reason }: Acting & { reason?: string } = {}, body: Content = {}): Promise<void> => {
        await caller.json('POST', path('rooms', roomId, verb), { as, body: { ...body, ...(reason ? { reason } : {}) } });
    };

    return {
        async createRoom(options) {
            const body = createRoomBody(options, options.as || caller.access.bot, await roomVersion());
            return textIn(await caller.json('POST', 'createRoom', { as: options.as, body }), 'room_id', 'POST createRoom') as MatrixRoomId;
        },

        async resolveAlias(alias) {
            try {
                const answer = await caller.json('GET', path('directory', 'room', alias));
                return { roomId: textIn(answer, 'room_id', 'GET directory/room') as MatrixRoomId, servers: texts(answer.servers) };
            } catch (error) {
                if (isFailure(error, 'matrix.notFound')) {
                    return undefined;
                }
                throw error;
            }
        },

        // As the bot: Dendrite refuses aliases of our namespace to ghosts.
        async createAlias(alias, roomId) {
            await caller.json('PUT', path('directory', 'room', alias), { body: { room_id: roomId } });
        },

        async deleteAlias(alias) {
            await caller.json('DELETE', path('directory', 'room', alias));
        },

        async publish(roomId, visible) {
            try {
                await caller.json('PUT', path('directory', 'list', 'room', roomId), { body: { visibility: visible ? 'public' : 'private' } });
                return true;
            } catch (error) {
                if (isFailure(error, 'matrix.forbidden', 'matrix.unsupported')) {
                    return false;
                }
                throw error;
            }
        },

        async join(room, { as, via } = {}) {
            // `server_name` is the name before Matrix 1.12. Room ids of version 12 have no server part: `via` is needed.
            const query = via && via.length > 0 ? { via, server_name: via } : undefined;
            return textIn(await caller.json('POST', path('join', room), { as, query, body: {} }), 'room_id', 'POST join') as MatrixRoomId;
        },

        invite: (roomId, user, options) => act('invite', roomId, options, { user_id: user }),
        leave: (roomId, options) => act('leave', roomId, options),
        kick: (roomId, user, options) => act('kick', roomId, options, { user_id: user }),
        ban: (roomId, user, options) => act('ban', roomId, options, { user_id: user }),
        unban: (roomId, user, options) => act('unban', roomId, options, { user_id: user }),

        async joinedRooms({ as } = {}) {
            return texts((await caller.json('GET', 'joined_rooms', { as })).joined_rooms) as MatrixRoomId[];
        },
    };
}
