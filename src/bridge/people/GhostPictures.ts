import { createHash } from 'crypto';
import type { MatrixUserId, RcUserId } from '../../ids/types';
import type { RcUser, StoreKey } from '../../rocketchat/RocketChat';
import type { BridgeContext } from '../core/Context';
import { reasonOf } from '../core/Context';
import { LruMap } from '../core/LruMap';

/** No event tells an app of a new picture. While a user is active it is looked for, at most once in this time. */
const LOOK_AGAIN_MS = 6 * 3_600_000;
const CACHED = 20_000;

const keyOf = (mxid: MatrixUserId): StoreKey => ({ model: 'misc', id: `ghost-picture:${mxid}` });

/** Pictures of Rocket.Chat users on their ghosts. Beside the messages: nobody waits for a picture, and nothing fails for it. */
export class GhostPictures {
    private readonly looked = new LruMap<RcUserId, number>(CACHED);

    constructor(private readonly context: BridgeContext) {}

    /** To be called when a ghost acts: looks, once in a while, whether its user has another picture. A warm call costs nothing. */
    public look(user: RcUser, mxid: MatrixUserId): void {
        const now = this.context.clock.now();
        if (!user.username || now - (this.looked.get(user.id) ?? -Infinity) < LOOK_AGAIN_MS) {
            return;
        }
        this.looked.set(user.id, now);
        void this.bring(user, mxid).catch((error) => this.context.log.debug(`The picture of ${mxid} could not be brought: ${reasonOf(error)}`));
    }

    public forget(): void {
        this.looked.clear();
    }

    /** Uploads only what is new: what was set last is known by its hash. */
    private async bring(user: RcUser, mxid: MatrixUserId): Promise<void> {
        const { rocketchat, homeserver } = this.context;
        const picture = await rocketchat.avatar(user.username);
        const hash = picture ? createHash('sha256').update(picture.content).digest('hex') : '';
        const before = await rocketchat.store.readOne<{ hash: string }>(keyOf(mxid));
        if (hash === (before ? before.hash : '')) {
            return;
        }
        const uri = picture ? await homeserver.upload(picture.content, { as: mxid, filename: 'picture', contentType: picture.contentType }) : '';
        await homeserver.setAvatarUrl(mxid, uri);
        await rocketchat.store.put({ hash }, keyOf(mxid));
    }
}
