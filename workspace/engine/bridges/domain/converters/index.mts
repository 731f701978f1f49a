import type { Domain } from '../../../../server/contract.mts';
import { messageConverter, type MessageConverter } from './messages.mts';
import { roomConverter, type RoomConverter } from './rooms.mts';
import { uploadConverter, type UploadConverter } from './uploads.mts';
import { userConverter, type UserConverter } from './users.mts';

export interface Converters {
    users: UserConverter;
    rooms: RoomConverter;
    messages: MessageConverter;
    uploads: UploadConverter;
}

export function makeConverters(domain: Domain): Converters {
    const users = userConverter(domain);
    const rooms = roomConverter(domain, users);
    return { users, rooms, messages: messageConverter(domain, rooms, users), uploads: uploadConverter(domain, rooms, users) };
}
