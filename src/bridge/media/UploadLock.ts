import { noticeIdOf } from '../../ids/messages';
import type { MatrixEventId, RcMessageId } from '../../ids/types';
import { reasonOf } from '../core/Context';
import type { Parts } from '../core/Parts';
import type { Processes } from '../transactions/parked';
import { FilesRoom } from './FilesRoom';

const LOOK_MS = 500;
/** After so many looks it goes on all the same: a file that is shown twice is better than a room that stands still. */
const MOST_LOOKS = 120;
/** Where there is no such room, or nothing can be posted in it, there is no lock. */
const MOST_FAILURES = 3;

/**
 * Only one process at a time brings the files of an event. The server gives each upload a message and an id of its own, so two
 * instances that get the same transaction at once would both show it. What the server keeps unique are the ids of messages: one
 * in the app's own room, gone afterwards, is the lock. Whether another process lives says nothing: one that has just begun
 * has not given a sign yet.
 */
export class UploadLock {
    private readonly room: FilesRoom;

    constructor(
        private readonly parts: Pick<Parts, 'context' | 'ids' | 'links'>,
        private readonly processes: Processes,
    ) {
        this.room = new FilesRoom(parts.context);
    }

    /** @returns what the action gives, when it is this process' turn. Where the server makes its own ids there is no lock. */
    public async during<T>(event: MatrixEventId, action: () => Promise<T>): Promise<T> {
        if (await this.parts.ids.areRefused('messages')) {
            return action();
        }
        const id = noticeIdOf('upload', event);
        await this.acquire(id);
        try {
            return await action();
        } finally {
            await this.release(id);
        }
    }

    private async acquire(id: RcMessageId): Promise<void> {
        const { rocketchat, clock, log } = this.parts.context;
        const roomId = await this.room.id().catch((error) => log.debug(`There is no room for the lock ${id}: ${reasonOf(error)}`));
        if (!roomId) {
            return;
        }
        const lock = { id, roomId, senderId: (await rocketchat.appUser()).id, text: this.processes.id };
        await this.processes.known();
        let failures = 0;
        for (let looks = 0; looks < MOST_LOOKS && failures < MOST_FAILURES; looks += 1) {
            const posted = await rocketchat.post(lock).catch((error) => {
                // It can be taken away between the try and the look at what is there.
                failures += 1;
                log.debug(`The lock ${id} could not be had: ${reasonOf(error)}`);
            });
            if (posted && posted.id !== id) {
                await this.parts.ids.note('messages', false);
                await rocketchat.delete(posted.id, lock.senderId);
                return;
            }
            const holder = posted && !posted.created ? await rocketchat.message(id) : undefined;
            if ((posted && posted.created) || (holder && (holder.text === this.processes.id || (await this.processes.isGone(holder.text))))) {
                return;
            }
            await clock.sleep(LOOK_MS);
        }
    }

    /** The records first: whoever comes next goes by them. Never throws. */
    private async release(id: RcMessageId): Promise<void> {
        const { links, context: { rocketchat, log } } = this.parts;
        await links.flush();
        await rocketchat.appUser().then((user) => rocketchat.delete(id, user.id)).catch((error) => log.warn(`A lock could not be taken away: ${reasonOf(error)}`));
    }
}
