import type { Log } from '../../errors/Log';
import type { RcUserId } from '../../ids/types';
import type { RocketChat, StoreKey } from '../../rocketchat/RocketChat';

const KEY: StoreKey = { model: 'misc', id: 'admins' };
const MOST = 20;

interface Stored {
    ids: RcUserId[];
}

/**
 * The administrators that the bridge knows: who installed or updated the app, or used an administrator's command. An app
 * cannot ask the server for all of them (`IUserRead` has no list).
 */
export class Admins {
    constructor(private readonly rocketchat: RocketChat, private readonly log: Log) {}

    /** Newest first; the oldest are forgotten. */
    public async remember(id: RcUserId): Promise<void> {
        const ids = await this.ids();
        if (ids[0] !== id) {
            await this.rocketchat.store.put({ ids: [id, ...ids.filter((other) => other !== id)].slice(0, MOST) }, KEY);
        }
    }

    /** Sends a direct message to each that still is an administrator. @returns to how many */
    public async tell(text: string): Promise<number> {
        let told = 0;
        for (const id of await this.ids()) {
            try {
                const user = await this.rocketchat.user(id);
                if (user && user.active && user.roles.includes('admin')) {
                    await this.rocketchat.tell(id, text);
                    told += 1;
                }
            } catch (error) {
                this.log.error(`An administrator (${id}) could not be told`, error);
            }
        }
        return told;
    }

    private async ids(): Promise<RcUserId[]> {
        const stored = await this.rocketchat.store.readOne<Stored>(KEY);
        return stored && Array.isArray(stored.ids) ? stored.ids : [];
    }
}
