import { createHmac, randomBytes, timingSafeEqual } from 'crypto';
import { mxcUri } from '../../ids/matrix';
import type { MxcUri } from '../../ids/types';
import type { StoreKey } from '../../rocketchat/RocketChat';
import type { BridgeContext } from '../core/Context';
import { reasonOf } from '../core/Context';
import { LruMap } from '../core/LruMap';
import { UnderWay } from '../core/UnderWay';

/** An image as it is handed out. */
export interface Picture {
    content: Buffer;
    contentType: string;
}

const SECRET: StoreKey = { model: 'misc', id: 'avatar-secret' };
/** Pixels: twice the size at which clients show it. */
const SIZE = 96;
const CACHED = 200;
const MAX_BYTES = 512 * 1024;
/** What browsers show and never run. */
const SAFE_TYPES = ['image/png', 'image/jpeg', 'image/gif', 'image/webp'];

/**
 * Pictures of Matrix users for Rocket.Chat's clients. Media of Matrix needs a token, so the app hands out thumbnails under
 * a public address of its own. The address is signed: only pictures that the bridge itself has shown can be asked for.
 */
export class Avatars {
    private readonly pictures = new LruMap<MxcUri, Picture>(CACHED);
    private readonly loading = new UnderWay<MxcUri, Picture>();
    private secret?: Promise<string>;

    constructor(private readonly context: BridgeContext) {}

    /** @returns an absolute address that everybody can load; undefined without a picture. A warm call costs nothing. */
    public async urlOf(avatar: MxcUri | undefined): Promise<string | undefined> {
        if (!avatar) {
            return undefined;
        }
        try {
            const [server, media] = avatar.slice('mxc://'.length).split('/');
            const url = await this.context.rocketchat.publicUrl(`avatar/${encodeURIComponent(server)}/${media}/${await this.signature(avatar)}`);
            // Where the workspace's address is not known there is none for the picture.
            return /^https?:\/\//i.test(url) ? url : undefined;
        } catch (error) {
            this.context.log.warn(`The address of a picture could not be made: ${reasonOf(error)}`);
            return undefined;
        }
    }

    /**
     * @param server, media, signature as they stood in the address
     * @returns undefined when the signature is wrong or there is no picture that may be shown
     */
    public async read(server: string, media: string, signature: string): Promise<Picture | undefined> {
        const avatar = mxcUri(`mxc://${server}/${media}`);
        if (!avatar || !same(signature, await this.signature(avatar))) {
            return undefined;
        }
        const known = this.pictures.get(avatar);
        if (known) {
            return known;
        }
        const { content, contentType } = await this.loading.join(avatar, () => this.context.homeserver.thumbnail(avatar, { width: SIZE, height: SIZE }));
        const type = contentType.split(';')[0].trim().toLowerCase();
        if (!SAFE_TYPES.includes(type) || content.length > MAX_BYTES) {
            return undefined;
        }
        const picture = { content, contentType: type };
        this.pictures.set(avatar, picture);
        return picture;
    }

    private async signature(avatar: MxcUri): Promise<string> {
        this.secret = this.secret || this.readSecret().catch((error) => {
            this.secret = undefined;
            throw error;
        });
        return createHmac('sha256', await this.secret).update(avatar).digest('hex').slice(0, 32);
    }

    /** Made once and stored. Two instances may make one each at the same time: the first that is read counts for both. */
    private async readSecret(): Promise<string> {
        const { store } = this.context.rocketchat;
        if (!(await store.readOne(SECRET))) {
            await store.add({ secret: randomBytes(32).toString('hex') }, SECRET);
        }
        const stored = await store.readOne<{ secret: string }>(SECRET);
        return (stored as { secret: string }).secret;
    }
}

function same(given: string, right: string): boolean {
    const [a, b] = [Buffer.from(given), Buffer.from(right)];
    return a.length === b.length && timingSafeEqual(a, b);
}
