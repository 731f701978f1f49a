import type { IMessage, IPermission, IRole, IRoom, ISetting, ISubscription, IUpload, IUser } from '@rocket.chat/core-typings';

export type { IMessage, IPermission, IRole, IRoom, ISetting, ISubscription, IUpload, IUser };

/** Differences between server versions that an app can notice. The default is the newest behaviour. */
export interface Quirks {
    /** express 4 leaves `req.body` as `{}` for unparsed content, express 5 as `undefined` (facts, open question 1). */
    unparsedBody: 'empty' | 'undefined';
    /** Older `setReaction`: removing a reaction from a message that has none adds it. */
    removeReactionAdds: boolean;
    /** `_unmappedProperties_._id` of an app's message becomes the message id. */
    chosenMessageIds: boolean;
    /** An `id` on a bot user given by an app becomes the user id. */
    chosenUserIds: boolean;
    /** The text of a file message stands in `attachments[0].description` instead of `msg`. */
    captionInAttachment: boolean;
}

export const newestQuirks: Quirks = {
    unparsedBody: 'empty',
    removeReactionAdds: false,
    chosenMessageIds: true,
    chosenUserIds: true,
    captionInAttachment: false,
};

/** What clients that follow the realtime API are told. Every instance's realtime door listens. */
export interface WorkspaceNotices {
    /** A message was stored or changed (`stream-room-messages`). */
    message: (message: IMessage) => void;
    /** A message was removed for good (`stream-notify-room` `<rid>/deleteMessage`). */
    messageDeleted: (roomId: string, messageId: string) => void;
    /** Somebody types, or stopped to (`stream-notify-room` `<rid>/user-activity`). `name` is shown as given. */
    userActivity: (roomId: string, name: string, activities: string[]) => void;
    /** An ephemeral message for one user (`stream-notify-user` `<uid>/message`). */
    ephemeral: (userId: string, message: Partial<IMessage> & { rid: string; msg: string }) => void;
    /** A room document changed (`rooms-changed`). */
    room: (action: 'inserted' | 'updated' | 'removed', room: IRoom) => void;
    /** A subscription changed (`subscriptions-changed`). */
    subscription: (action: 'inserted' | 'updated' | 'removed', subscription: ISubscription) => void;
    /** A user's presence changed (`presence.status`): every instance hears it. */
    presence: (user: IUser, status: string, previousStatus: string) => void;
    /** A UIKit surface is opened for one user (`stream-notify-user` `<uid>/uiInteraction`). */
    uiInteraction: (userId: string, interaction: Record<string, unknown>) => void;
    /** A user changed. */
    user: (user: IUser) => void;
}

/** The listener bridge as the server's code sees it: hands an event to the apps (server: `Apps.self?.triggerEvent`). */
export interface AppEvents {
    /**
     * Converts the payload and calls the listening apps.
     * @param event name of an `AppInterface`, e.g. `IPostMessageSent`
     * @param payload documents of the server, in the order the server hands them over
     * @returns for `IPre*` events what the apps made of the payload (`true` / a changed document), else nothing
     * @throws AppsEngineException when an app refuses (pre events only)
     */
    triggerEvent(event: string, ...payload: unknown[]): Promise<any>;
}

/** Error of the server with the form that REST and DDP clients see: message `reason [error]`. */
export class MeteorError extends Error {
    readonly isClientSafe = true;
    readonly errorType = 'Meteor.Error';
    constructor(
        readonly error: string,
        readonly reason?: string,
        readonly details?: unknown,
    ) {
        super(reason ? `${reason} [${error}]` : `[${error}]`);
    }
}
