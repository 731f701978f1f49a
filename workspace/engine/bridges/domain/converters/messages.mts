import type { Domain, IMessage } from '../../../../server/contract.mts';
import { randomId } from '../../../../server/lib/ids.mts';
import { attachmentsFromApp, attachmentsToApp } from './attachments.mts';
import { mapDocument, take, type FieldMap } from './mapped.mts';
import type { RoomConverter } from './rooms.mts';
import type { UserConverter } from './users.mts';

/** Messages for apps and back (apps/meteor/server/lib/apps/converters/messages.ts). */
export interface MessageConverter {
    byId(id: string): Promise<any>;
    toApp(message: IMessage | null | undefined): Promise<any>;
    /** Without the lookups: `roomId`, and sender and editor as they are stored. */
    toAppRaw(message: IMessage): Promise<any>;
    /**
     * @param partial for updates: only what is there, and the unmapped properties do not come along
     * @throws Error `Invalid room provided on the message.`
     */
    fromApp(message: any, partial?: boolean): Promise<any>;
}

const plainFields: FieldMap = {
    id: '_id', threadId: 'tmid', reactions: 'reactions', parseUrls: 'parseUrls', text: 'msg', createdAt: 'ts', updatedAt: '_updatedAt',
    editedAt: 'editedAt', emoji: 'emoji', avatarUrl: 'avatar', alias: 'alias', file: 'file', customFields: 'customFields',
    groupable: 'groupable', token: 'token', blocks: 'blocks', type: 't',
};

/** Thumbnails of old messages are not marked; they can be told by their place. */
function markThumbnail(files: any[] | undefined, attachments: unknown[] | undefined): any[] | undefined {
    return files?.map((file, index) => {
        const unmarked = files.length === 2 && attachments?.length === 1 && index === 1 && file && !file.typeGroup;
        return unmarked ? { ...file, typeGroup: 'thumb' } : file;
    });
}

export function messageConverter(domain: Domain, rooms: RoomConverter, users: UserConverter): MessageConverter {
    const { collections } = domain;

    async function toApp(message: IMessage | null | undefined): Promise<any> {
        if (!message) return undefined;
        const { file, attachments } = message as any;
        return mapDocument(message, {
            ...plainFields,
            files: (copy) => markThumbnail(take(copy, 'files'), attachments),
            room: (copy) => rooms.byId(take(copy, 'rid')),
            editor: (copy) => (copy.editedBy ? users.byId(take(copy, 'editedBy')._id) : undefined),
            attachments: (copy) => attachmentsToApp(take(copy, 'attachments'), file),
            sender: async (copy) => {
                if (!copy.u?._id) return undefined;
                const sender = take(copy, 'u');
                return (await users.byId(sender._id)) ?? users.toApp(sender);
            },
        });
    }

    async function userPart(user: any, withName: boolean): Promise<object | undefined> {
        if (!user?.id) return undefined;
        const known = await collections.users.findOneAsync({ _id: user.id });
        const { username, name } = known ?? user;
        return { _id: user.id, username, ...(withName && { name }) };
    }

    return {
        byId: async (id) => toApp(await collections.messages.findOneAsync({ _id: id })),
        toApp,
        toAppRaw: (message) => {
            const { file } = message as any;
            return mapDocument(message, {
                ...plainFields,
                files: 'files',
                roomId: 'rid',
                editor: 'editedBy',
                sender: 'u',
                threadMsgCount: 'tcount',
                attachments: (copy) => attachmentsToApp(take(copy, 'attachments'), file),
            });
        },
        async fromApp(message, partial = false) {
            if (!message) return undefined;
            const room = message.room?.id ? await collections.rooms.findOneAsync({ _id: message.room.id }) : null;
            if (!room && !partial) throw new Error('Invalid room provided on the message.');
            const attachments = attachmentsFromApp(message.attachments);
            const editedBy = message.editor && (await userPart(message.editor, false));
            const has = (field: string) => field in message && message[field] !== null && message[field] !== undefined;
            const converted: Record<string, any> = {
                _id: message.id ?? (partial ? undefined : randomId()),
                ...(has('threadId') && { tmid: message.threadId }),
                rid: room?._id,
                u: await userPart(message.sender, true),
                msg: message.text ?? undefined,
                ts: message.createdAt ?? (partial ? undefined : new Date()),
                _updatedAt: message.updatedAt ?? undefined,
                ...(editedBy && { editedBy }),
                ...(has('editedAt') && { editedAt: message.editedAt }),
                ...(has('emoji') && { emoji: message.emoji }),
                ...(has('avatarUrl') && { avatar: message.avatarUrl }),
                ...(has('alias') && { alias: message.alias }),
                ...(has('customFields') && { customFields: message.customFields }),
                ...(has('groupable') && { groupable: message.groupable }),
                ...(attachments && { attachments }),
                ...(has('reactions') && { reactions: message.reactions }),
                ...(has('parseUrls') && { parseUrls: message.parseUrls }),
                ...(has('blocks') && { blocks: message.blocks }),
                ...(has('token') && { token: message.token }),
            };
            for (const [field, value] of Object.entries(converted)) if (value === undefined) delete converted[field];
            if (partial) return converted;
            const unmapped = { ...message._unmappedProperties_ };
            if (!domain.quirks.chosenMessageIds) delete unmapped._id;
            return { ...converted, ...unmapped };
        },
    };
}
