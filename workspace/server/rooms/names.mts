import type { IUser } from '../contract.mts';
import { MeteorError } from '../contract.mts';
import type { Server } from '../context.mts';
import { escapeHtml, slugify } from '../lib/text.mts';
import { isSystemName } from '../users/availability.mts';

/**
 * The `name` (slug) of a room to be (apps/meteor/app/utils/server/lib/getValidRoomName.ts).
 * With `UI_Allow_room_names_with_special_chars` the server makes a slug, without it the name itself must be one.
 * @param roomId the room that is renamed, which may keep its own name
 * @throws MeteorError `error-invalid-room-name`, `error-duplicate-channel-name`, `error-archived-duplicate-name`
 */
export async function validRoomName(server: Server, displayName: string, roomId = ''): Promise<string> {
    const { rooms } = server.collections;
    const specialNames = server.settings.get<boolean>('UI_Allow_room_names_with_special_chars');
    const slug = specialNames ? slugify(displayName) : displayName;
    if (specialNames) {
        const same = await rooms.findOneAsync({ fname: displayName, _id: { $ne: roomId } });
        if (same) throw duplicate(slug, same.archived);
    }
    if (!namePattern(server).test(slug) || isSystemName(server, slug)) {
        throw new MeteorError('error-invalid-room-name', `${escapeHtml(slug)} is not a valid room name.`, { channel_name: escapeHtml(slug) });
    }
    const taken = await rooms.findOneAsync({ name: slug, _id: { $ne: roomId } });
    if (!taken) return slug;
    if (!specialNames) throw duplicate(slug, taken.archived);
    for (let next = 1; ; next++) {
        const free = `${slug}-${next}`;
        if (!(await rooms.findOneAsync({ name: free, _id: { $ne: roomId } }))) return free;
    }
}

function namePattern(server: Server): RegExp {
    try {
        return new RegExp(`^${server.settings.get<string>('UTF8_Channel_Names_Validation')}$`);
    } catch {
        return /^[0-9a-zA-Z-_.]+$/;
    }
}

function duplicate(name: string, archived?: boolean): MeteorError {
    const details = { channel_name: escapeHtml(name) };
    if (archived) return new MeteorError('error-archived-duplicate-name', `There's an archived channel with name ${escapeHtml(name)}`, details);
    return new MeteorError('error-duplicate-channel-name', `A channel with name '${escapeHtml(name)}' exists`, details);
}

/** How a direct room is called for each of its members: after the others (apps/meteor/server/services/room/getNameForDMs.ts). */
export function directRoomNames(members: IUser[]): Map<string, { name: string; fname: string }> {
    const label = (user: IUser) => user.name || user.username || '';
    const sorted = [...members].sort((one, other) => label(one).localeCompare(label(other)));
    return new Map(
        members.map((member) => {
            const others = members.length === 1 ? sorted : sorted.filter(({ _id }) => _id !== member._id);
            return [member._id, { name: others.map(({ username }) => username).join(', '), fname: others.map(label).join(', ') }];
        }),
    );
}
