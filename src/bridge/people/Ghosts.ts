import { BridgeError } from '../../errors/BridgeError';
import { localpartOf } from '../../ids/matrix';
import type { MatrixRoomId, MatrixUserId, RcUserId } from '../../ids/types';
import type { RcUser, StoreKey } from '../../rocketchat/RocketChat';
import type { BridgeContext } from '../core/Context';
import { reasonOf } from '../core/Context';
import { LruMap } from '../core/LruMap';
import { UnderWay } from '../core/UnderWay';
import type { Portal } from '../portals/Portal';
import { GhostPictures } from './GhostPictures';
import { displayName, spellingsOf } from './names';

/** The Matrix user that stands for a Rocket.Chat user. Stored by user id, so that a renamed user keeps the ghost. */
export interface Ghost {
    rcUserId: RcUserId;
    mxid: MatrixUserId;
    /** As it was set on the homeserver last. */
    displayName: string;
}

const KIND: StoreKey = { model: 'misc', id: 'ghost' };
const CACHED = 20_000;

const byUser = (id: RcUserId): StoreKey => ({ model: 'user', id });
const byMxid = (id: MatrixUserId): StoreKey => ({ model: 'misc', id: `ghost:${id}` });

/** 403 is "not in the room" or "not invited"; Dendrite's 401 with this code is a user that was never registered. */
export const isForbidden = (error: unknown): boolean => error instanceof BridgeError && (error.errcode === 'M_FORBIDDEN' || error.status === 403);

/** The homeserver takes the name from nobody, or not this one. */
const isRefused = (error: unknown): boolean => error instanceof BridgeError && !error.retriable && (error.status === 400 || error.status === 403);

/** The ghosts, made when they are first needed, and their names, memberships and pictures. */
export class Ghosts {
    private readonly known = new LruMap<RcUserId, Ghost>(CACHED);
    private readonly beingMade = new UnderWay<RcUserId, Ghost>();
    /** Names that the homeserver refused: not tried again with each message. */
    private readonly refused = new LruMap<MatrixUserId, string>(CACHED);
    private readonly pictures: GhostPictures;

    constructor(private readonly context: BridgeContext) {
        this.pictures = new GhostPictures(context);
    }

    /**
     * The ghost of a user, registered when it is not known yet.
     * @throws BridgeError of the homeserver
     */
    public async of(user: RcUser): Promise<Ghost> {
        const ghost = await this.named(user);
        this.pictures.look(user, ghost.mxid);
        return ghost;
    }

    /** The ghost when there is one already; nothing is registered. */
    public async ifKnown(userId: RcUserId): Promise<Ghost | undefined> {
        return this.known.get(userId) || this.stored(userId);
    }

    /**
     * @returns the local user behind a ghost's id: the one stored for it, else the one whose username it spells; undefined
     * when there is none
     */
    public async userOf(ghost: MatrixUserId): Promise<RcUser | undefined> {
        const { rocketchat, namespace } = this.context;
        const stored = await rocketchat.store.readOne<Ghost>(byMxid(ghost), KIND);
        if (stored) {
            return rocketchat.user(stored.rcUserId);
        }
        const username = namespace.usernameOf(ghost);
        const user = username ? await this.spelt(username) : undefined;
        if (!user || user.type !== 'user' || !user.active) {
            return undefined;
        }
        // A user who has another ghost already was renamed to this: the id is not theirs.
        const other = await this.stored(user.id);
        return !other || other.mxid === ghost ? user : undefined;
    }

    /** Brings a ghost into the room of a portal: registered, invited where it must be, joined. */
    public async bringIn(ghost: Ghost, portal: Portal): Promise<void> {
        const { homeserver, namespace } = this.context;
        try {
            await homeserver.join(portal.matrixRoomId, { as: ghost.mxid });
        } catch (error) {
            if (!isForbidden(error)) {
                throw error;
            }
            await this.register(ghost);
            if (portal.host !== ghost.mxid) {
                await homeserver.invite(portal.matrixRoomId, ghost.mxid, namespace.actingAs(portal.host)).catch((refused) => {
                    // Invited or joined already.
                    if (!isForbidden(refused)) {
                        throw refused;
                    }
                });
            }
            await homeserver.join(portal.matrixRoomId, { as: ghost.mxid });
        }
    }

    /** Makes a ghost leave; that it is out already is fine. */
    public async takeOut(ghost: Ghost, roomId: MatrixRoomId, reason?: string): Promise<void> {
        try {
            await this.context.homeserver.leave(roomId, { as: ghost.mxid, ...(reason && { reason }) });
        } catch (error) {
            if (!(error instanceof BridgeError) || error.retriable) {
                throw error;
            }
        }
    }

    /** @returns whether the name of a ghost that exists is another now; users without one stay without */
    public async isRenamed(user: RcUser): Promise<boolean> {
        const ghost = await this.ifKnown(user.id);
        return Boolean(ghost && ghost.displayName !== displayName(user));
    }

    /** Sets the name of a ghost that exists. @throws BridgeError when the homeserver does not take it */
    public async nameChanged(user: RcUser): Promise<void> {
        const ghost = await this.ifKnown(user.id);
        if (ghost && ghost.displayName !== displayName(user)) {
            await this.setName(ghost, displayName(user));
        }
    }

    public async count(): Promise<number> {
        return (await this.context.rocketchat.store.read(KIND)).length;
    }

    public forget(): void {
        this.known.clear();
        this.refused.clear();
        this.pictures.forget();
    }

    /** The ghost under the name that its user has now. */
    private async named(user: RcUser): Promise<Ghost> {
        const known = this.known.get(user.id);
        if (known && known.mxid.endsWith(`:${this.context.namespace.domain}`)) {
            if (known.displayName !== displayName(user)) {
                await this.rename(known, displayName(user));
            }
            return known;
        }
        return this.beingMade.join(user.id, async () => (await this.find(user)) || this.make(user));
    }

    private async find(user: RcUser): Promise<Ghost | undefined> {
        const stored = await this.stored(user.id);
        if (stored && stored.displayName !== displayName(user)) {
            await this.rename(stored, displayName(user));
        }
        return stored;
    }

    /** A ghost's id is in small letters, and the server finds a user by the exact name only (`Users.findOneByUsername`). */
    private async spelt(username: string): Promise<RcUser | undefined> {
        for (const spelling of spellingsOf(username)) {
            const user = await this.context.rocketchat.userByName(spelling);
            if (user) {
                return user;
            }
        }
        return undefined;
    }

    /** Only a ghost of today's domain counts: after the domain changed, all ghosts are new. */
    private async stored(userId: RcUserId): Promise<Ghost | undefined> {
        const found = await this.context.rocketchat.store.read<Ghost>(byUser(userId), KIND);
        const ghost = found.find(({ mxid }) => this.context.namespace.isGhost(mxid));
        if (ghost) {
            this.known.set(userId, ghost);
        }
        return ghost;
    }

    private async make(user: RcUser): Promise<Ghost> {
        const { rocketchat, homeserver, namespace } = this.context;
        const plain = namespace.ghostLocalpart(user.username);
        const holder = await rocketchat.store.readOne<Ghost>(byMxid(namespace.userId(plain)), KIND);
        const localpart = holder && holder.rcUserId !== user.id ? namespace.ghostLocalpart(user.username, user.id) : plain;
        const mxid = await homeserver.register(localpart);
        const ghost: Ghost = { rcUserId: user.id, mxid, displayName: displayName(user) };
        // Some homeservers let nobody set a name (Synapse: `enable_set_displayname`): the ghost speaks all the same.
        await homeserver.setDisplayName(mxid, ghost.displayName).catch((error) => {
            if (!isRefused(error)) {
                throw error;
            }
            this.context.log.warn(`The name of ${mxid} was refused: ${reasonOf(error)}`);
        });
        await this.save(ghost);
        return ghost;
    }

    private async register(ghost: Ghost): Promise<void> {
        await this.context.homeserver.register(localpartOf(ghost.mxid));
    }

    /** A message does not wait for a name. */
    private async rename(ghost: Ghost, name: string): Promise<void> {
        if (this.refused.get(ghost.mxid) === name) {
            return;
        }
        await this.setName(ghost, name).catch((error) => {
            this.context.log.warn(`The name of ${ghost.mxid} could not be set: ${reasonOf(error)}`);
            if (isRefused(error)) {
                this.refused.set(ghost.mxid, name);
            }
        });
    }

    private async setName(ghost: Ghost, name: string): Promise<void> {
        const before = ghost.displayName;
        ghost.displayName = name;
        try {
            await this.context.homeserver.setDisplayName(ghost.mxid, name);
            await this.save(ghost);
        } catch (error) {
            ghost.displayName = before;
            throw error;
        }
    }

    private async save(ghost: Ghost): Promise<void> {
        await this.context.rocketchat.store.put(ghost, byUser(ghost.rcUserId), KIND, byMxid(ghost.mxid));
        this.known.set(ghost.rcUserId, ghost);
    }
}
