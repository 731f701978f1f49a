import { randomBytes } from 'crypto';
import { BridgeError } from '../../errors/BridgeError';
import type { RcMessage, StoreKey } from '../../rocketchat/RocketChat';
import type { RcRoomId } from '../../ids/types';
import type { BridgeContext } from '../core/Context';
import { uploadedMessage } from './uploadedMessage';

const STORED: StoreKey = { model: 'misc', id: 'files-room' };
const NAME = 'matrix-bridge-files';
const TITLE = 'Files of the Matrix bridge';
/** The message of an upload is the newest of the room, unless many come at once. */
const LOOK_BACK = 20;

/**
 * A private room of the app's own user, into which files from Matrix are laid. The server posts a message for every upload of
 * an app at once, without text, thread, name and picture of the sender, and under an id of its own. Here nobody sees it;
 * the message that people see is posted by the bridge and shows the same file.
 */
export class FilesRoom {
    private room?: Promise<RcRoomId>;

    constructor(private readonly context: BridgeContext) {}

    /**
     * @returns the upload's id, and what the server made of it: its files (a thumbnail may be among them) and attachments;
     * undefined when its message cannot be found
     */
    public async lay(name: string, content: Buffer): Promise<{ uploadId: string; shown?: Pick<RcMessage, 'files' | 'attachments'> }> {
        const { rocketchat } = this.context;
        const roomId = await this.id();
        const { uploadId } = await rocketchat.uploadFile({ roomId, userId: (await rocketchat.appUser()).id, name, content });
        const shown = await uploadedMessage(this.context, roomId, uploadId, LOOK_BACK);
        return { uploadId, ...(shown && { shown }) };
    }

    /** @returns the room, made when there is none */
    public id(): Promise<RcRoomId> {
        this.room = this.room || this.find().catch((error) => {
            this.room = undefined;
            throw error;
        });
        return this.room;
    }

    private async find(): Promise<RcRoomId> {
        const { store } = this.context.rocketchat;
        const stored = await store.readOne<{ roomId: RcRoomId }>(STORED);
        if (stored && (await this.context.rocketchat.room(stored.roomId))) {
            return stored.roomId;
        }
        const roomId = await this.make(NAME).catch((error) => {
            if (error instanceof BridgeError && error.retriable) {
                throw error;
            }
            // The name is taken, perhaps by the room of an earlier installation, whose user is gone.
            return this.make(`${NAME}-${randomBytes(3).toString('hex')}`);
        });
        await store.put({ roomId }, STORED);
        return roomId;
    }

    private async make(name: string): Promise<RcRoomId> {
        const { rocketchat } = this.context;
        const { id } = await rocketchat.appUser();
        return rocketchat.createRoom({ kind: 'p', name, displayName: TITLE, creatorId: id, members: [] });
    }
}
