import type { Probe } from './probeApp.mts';

/**
 * What tests let a probe app do through its accessors, as a bridge would. The code runs in the sandbox.
 */

export interface Bot {
    id: string;
    username: string;
}

/** `startBotUser` … `finish`. @param extra fields of the user as the app gives them */
export async function createBot(probe: Probe, username: string, extra: Record<string, unknown> = {}): Promise<Bot> {
    const id = await probe.run<string>(`
        const builder = modify.getCreator().startBotUser({ username: args.username, name: args.username, roles: ['bot'], isEnabled: true, appId: app.getID(), ...args.extra });
        return modify.getCreator().finish(builder);`, { username, extra });
    return { id, username };
}

/** Creates a room as a user. @returns its id */
export function createRoomAs(
    probe: Probe, creator: string, room: { type: 'c' | 'p' | 'd'; name?: string; displayName?: string; members?: string[]; customFields?: object },
): Promise<string> {
    return probe.run(`
        const creator = await read.getUserReader().getById(args.creator);
        const builder = modify.getCreator().startRoom({ type: args.room.type, creator });
        if (args.room.name) builder.setSlugifiedName(args.room.name);
        if (args.room.type !== 'd') builder.setDisplayName(args.room.displayName ?? args.room.name);
        if (args.room.customFields) builder.setCustomFields(args.room.customFields);
        builder.setMembersToBeAddedByUsernames(args.room.members ?? []);
        return modify.getCreator().finish(builder);`, { creator, room });
}

/** Sends a message as a user. @param fields of `IMessage`, e.g. `text`, `alias`, `threadId`, `_unmappedProperties_` @returns its id */
export function sendAs(probe: Probe, sender: string, roomId: string, fields: Record<string, unknown>): Promise<string> {
    return probe.run(`
        const room = await read.getRoomReader().getById(args.roomId);
        const sender = await read.getUserReader().getById(args.sender);
        const { createdAt, ...fields } = args.fields;
        const builder = modify.getCreator().startMessage({ room, sender, ...fields, ...(createdAt && { createdAt: new Date(createdAt) }) });
        return modify.getCreator().finish(builder);`, { sender, roomId, fields });
}

/** Edits a message as a user. */
export function editAs(probe: Probe, editor: string, messageId: string, text: string): Promise<void> {
    return probe.run(`
        const editor = await read.getUserReader().getById(args.editor);
        const builder = await modify.getUpdater().message(args.messageId, editor);
        builder.setEditor(editor).setText(args.text);
        await modify.getUpdater().finish(builder);`, { editor, messageId, text });
}

/** Deletes a message as a user. */
export function deleteAs(probe: Probe, userId: string, messageId: string): Promise<void> {
    return probe.run(`
        const user = await read.getUserReader().getById(args.userId);
        await modify.getDeleter().deleteMessage(await read.getMessageReader().getById(args.messageId), user);`, { userId, messageId });
}

/** Adds or removes a reaction as a user. @param name with its colons */
export function reactAs(probe: Probe, userId: string, messageId: string, name: string, on = true): Promise<void> {
    return probe.run(`
        const updater = modify.getUpdater().getMessageUpdater();
        await (args.on ? updater.addReaction(args.messageId, args.userId, args.name) : updater.removeReaction(args.messageId, args.userId, args.name));`,
    { userId, messageId, name, on });
}

/** Adds members by the room updater, the only way that an app has. */
export function addMembers(probe: Probe, roomId: string, usernames: string[]): Promise<void> {
    return probe.run(`
        const creator = await read.getUserReader().getAppUser();
        const builder = await modify.getUpdater().room(args.roomId, creator);
        builder.setMembersToBeAddedByUsernames(args.usernames);
        await modify.getUpdater().finish(builder);`, { roomId, usernames });
}

/** @returns the error's message of a call that must fail */
export async function refusal(call: Promise<unknown>): Promise<string> {
    return call.then(() => 'no error', (error: Error) => error.message);
}
