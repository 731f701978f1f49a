/** Files of Rocket.Chat, as a client handles them. */
import type { RcMessage, RcRoom, RocketChat } from './clients/rocketchat.mts';

export interface PostedFile {
    name: string;
    type: string;
    content: Buffer;
}

/** Posts one file with a text beside it (`rooms.media`, `rooms.mediaConfirm`). */
export async function postFile(person: RocketChat, room: RcRoom, { name, type, content }: PostedFile, text = ''): Promise<RcMessage> {
    const form = new FormData();
    form.append('file', new Blob([new Uint8Array(content)], { type }), name);
    const { file } = await person.post(`v1/rooms.media/${room._id}`, form);
    return (await person.post(`v1/rooms.mediaConfirm/${room._id}/${file._id}`, { msg: text })).message;
}

/** Posts several files as one message, as newer clients do (method `sendMessage` with `filesToConfirm`). */
export async function postFiles(person: RocketChat, room: RcRoom, files: PostedFile[], text = ''): Promise<RcMessage> {
    const filesToConfirm: { _id: string; name: string }[] = [];
    for (const { name, type, content } of files) {
        const form = new FormData();
        form.append('file', new Blob([new Uint8Array(content)], { type }), name);
        filesToConfirm.push({ _id: (await person.post(`v1/rooms.media/${room._id}`, form)).file._id, name });
    }
    const call = { msg: 'method', id: '1', method: 'sendMessage', params: [{ rid: room._id, msg: text }, [], filesToConfirm] };
    const { message } = await person.post('v1/method.call/sendMessage', { message: JSON.stringify(call) });
    const { error, result } = JSON.parse(message);
    if (error) {
        throw new Error(`sendMessage: ${JSON.stringify(error)}`);
    }
    return result;
}

/** @param path as a message has it: `/file-upload/…` */
export async function downloadFile(person: RocketChat, path: string): Promise<Buffer> {
    const response = await fetch(new URL(path, person.url), { headers: { 'X-Auth-Token': person.token, 'X-User-Id': person.userId } });
    if (!response.ok) {
        throw new Error(`GET ${path}: ${response.status}`);
    }
    return Buffer.from(await response.arrayBuffer());
}
