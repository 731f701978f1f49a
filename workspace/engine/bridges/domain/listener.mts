import { randomUUID } from 'node:crypto';
import { unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BridgeHost } from '../../load.mts';
import type { DomainBridges } from './contract.mts';
import type { Converters } from './converters/index.mts';

/** Message events whose apps get more than the message: what the server hands over after it, and how it is called there. */
const messageContexts: Record<string, string[]> = {
    IPostMessageDeleted: ['user'],
    IPostMessageReacted: ['user', 'reaction', 'isReacted'],
    IPostMessageFollowed: ['user', 'isFollowed'],
    IPostMessagePinned: ['user', 'isPinned'],
    IPostMessageStarred: ['user', 'isStarred'],
    IPostMessageReported: ['user', 'reason'],
};

/** Room events about a member: how the member and who did it are called there. */
const memberContexts: Record<string, [member: string, by: string]> = {
    IPreRoomUserJoined: ['joiningUser', 'inviter'],
    IPostRoomUserJoined: ['joiningUser', 'inviter'],
    IPreRoomUserLeave: ['leavingUser', 'removedBy'],
    IPostRoomUserLeave: ['leavingUser', 'removedBy'],
};

/**
 * Converts what the server's functions hand over and calls the listening apps, one after another
 * (apps/meteor/server/lib/apps/bridges/listeners.ts). IPostMessageSentToBot is the engine's own: it makes it of IPostMessageSent.
 * Unlike the real one it converts only when somebody listens; that cannot be seen from outside.
 */
export function listenerBridge(host: BridgeHost, { messages, rooms, users }: Converters): DomainBridges['listener'] {
    const listeners = () => host.manager().getListenerManager();
    const execute = (event: string, data: unknown): Promise<any> => listeners().executeListener(event as never, data as never);

    function isHeard(event: string): boolean {
        const heard = (name: string) => listeners().getListeners(name as never).length > 0;
        return heard(event) || (event === 'IPostMessageSent' && heard('IPostMessageSentToBot')) || listeners().isEventBlocked(event as never);
    }

    /** `true`, `false` and nothing pass; anything else is the payload as the apps changed it. */
    async function returned(result: any, back: (changed: any) => Promise<any>): Promise<any> {
        return result === undefined || result === null || typeof result === 'boolean' ? (result ?? undefined) : back(result);
    }

    async function messageEvent(event: string, [document, ...more]: any[]): Promise<any> {
        const message = await messages.toApp(document);
        const names = messageContexts[event];
        if (names) {
            const [user, ...values] = more;
            const context = Object.fromEntries(names.slice(1).map((name, index) => [name, values[index]]));
            return execute(event, { message, user: users.toApp(user), ...context });
        }
        return returned(await execute(event, message), (changed) => messages.fromApp(changed));
    }

    async function roomEvent(event: string, [document, member, by]: any[]): Promise<any> {
        const room = await rooms.toApp(document);
        const names = memberContexts[event];
        if (names) return execute(event, { room, [names[0]]: users.toApp(member), [names[1]]: users.toApp(by) });
        return returned(await execute(event, room), (changed) => rooms.fromApp(changed));
    }

    async function userEvent(event: string, payload: any): Promise<any> {
        if (event === 'IPostUserStatusChanged') {
            const { user, currentStatus, previousStatus } = payload;
            return execute(event, { user: users.toApp(user), currentStatus, previousStatus });
        }
        if (event === 'IPostUserLoggedIn' || event === 'IPostUserLoggedOut') return execute(event, users.toApp(payload));
        const { user, performedBy, previousUser } = payload;
        return execute(event, {
            user: users.toApp(user),
            performedBy: users.toApp(performedBy),
            ...(event === 'IPostUserUpdated' && { previousData: users.toApp(previousUser) }),
        });
    }

    /** The content goes over as a file, which the sandbox reads. */
    async function uploadEvent({ file, content }: any): Promise<void> {
        const path = join(host.manager().getTempFilePath(), randomUUID());
        await writeFile(path, content);
        const { name = '', size = 0, type = '', rid = '', userId = '' } = file;
        try {
            await execute('IPreFileUpload', { file: { name, size, type, rid, userId }, path });
        } finally {
            await unlink(path);
        }
    }

    async function triggerEvent(event: string, ...payload: any[]): Promise<any> {
        if (!isHeard(event)) return undefined;
        if (event === 'IPreFileUpload') return uploadEvent(payload[0]);
        if (event.includes('Message')) return messageEvent(event, payload);
        if (event.includes('Room')) return roomEvent(event, payload);
        if (event.startsWith('IPostUser')) return userEvent(event, payload[0]);
        return execute(event, payload[0]);
    }

    return {
        triggerEvent,
        messageEvent: (event, message) => triggerEvent(event, message),
        roomEvent: (event, room) => triggerEvent(event, room),
        uiKitInteractionEvent: (event, action) => execute(event, action),
    };
}
