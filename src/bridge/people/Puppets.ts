import { BridgeError } from '../../errors/BridgeError';
import { isPuppetId, puppetIdOf, puppetUsername } from '../../ids/puppets';
import type { MatrixUserId, MxcUri, RcRoomId, RcUserId } from '../../ids/types';
import { mxcUri } from '../../ids/matrix';
import type { RcUser, StoreKey } from '../../rocketchat/RocketChat';
import type { BridgeContext } from '../core/Context';
import { reasonOf } from '../core/Context';
import { LruMap } from '../core/LruMap';
import { UnderWay } from '../core/UnderWay';
import type { ChosenIds } from '../links/ChosenIds';
import type { Portal } from '../portals/Portal';
import { refuseBanned } from './bans';
import { puppetName } from './names';

/** The Rocket.Chat bot user that stands for a Matrix user. */
export interface Puppet {
    rcUserId: RcUserId;
    mxid: MatrixUserId;
    username: string;
    /** The name that the Rocket.Chat user was made with: an app cannot change it. */
    createdName: string;
    /** The name on Matrix now; messages carry it as alias when it differs. */
    name: string;
    avatarUrl?: MxcUri;
}

/** What is known of a person when a puppet is asked for. */
export interface KnownProfile {
    displayName?: unknown;
    avatarUrl?: unknown;
}

const KIND: StoreKey = { model: 'misc', id: 'puppet' };
const CACHED = 20_000;
const MAX_NAME_ATTEMPTS = 5;
/** How long another process may take to record the puppet that it has made. */
const RECORDED_MS = 1_500;

const byMxid = (id: MatrixUserId): StoreKey => ({ model: 'misc', id: `puppet:${id}` });
const byUser = (id: RcUserId): StoreKey => ({ model: 'user', id });

/** The puppets, made when they are first needed, and what is known of them: names, pictures, the rooms that they are in. */
export class Puppets {
    private readonly known = new LruMap<MatrixUserId, Puppet>(CACHED);
    private readonly beingMade = new UnderWay<MatrixUserId, Puppet>();
    /** The rooms of which puppets were made members while this process runs. */
    private readonly rooms = new LruMap<RcUserId, Set<RcRoomId>>(CACHED);

    constructor(private readonly context: BridgeContext, private readonly ids: ChosenIds) {}

    /**
     * The puppet of a Matrix user, made when there is none. It is never matched by name: a local user of the same name stays
     * who they are.
     * @param profile what an event told of the person; asked for at the homeserver only when a puppet must be made
     */
    public async of(mxid: MatrixUserId, profile?: KnownProfile): Promise<Puppet> {
        const known = this.known.get(mxid);
        if (known) {
            return known;
        }
        return this.beingMade.join(mxid, async () => (await this.ifKnown(mxid)) || this.make(mxid, profile));
    }

    /** @returns the puppet, when there is one: administrators can rename and delete its user */
    public async ifKnown(mxid: MatrixUserId): Promise<Puppet | undefined> {
        const known = this.known.get(mxid);
        if (known) {
            return known;
        }
        const stored = await this.context.rocketchat.store.readOne<Puppet>(byMxid(mxid), KIND);
        const user = stored && (await this.context.rocketchat.user(stored.rcUserId));
        if (!stored || !user) {
            // A deleted user is a member of nothing.
            if (stored) {
                this.rooms.delete(stored.rcUserId);
            }
            return undefined;
        }
        if (user.username === stored.username && user.name === stored.createdName) {
            this.known.set(mxid, stored);
            return stored;
        }
        const renamed = { ...stored, username: user.username, createdName: user.name };
        await this.save(renamed);
        return renamed;
    }

    /**
     * Does something as a person's puppet. What the server refuses may be refused for what memory holds of its user, whom people can
     * rename, delete or put out of a room: then it is done once more, without memory.
     */
    public async despiteMemory(mxid: MatrixUserId, action: () => Promise<void>): Promise<void> {
        const wasKnown = this.known.has(mxid);
        try {
            await action();
        } catch (error) {
            this.doubt(mxid);
            if (!wasKnown || !(error instanceof BridgeError) || error.retriable) {
                throw error;
            }
            await action();
        }
    }

    public async byUserId(id: RcUserId): Promise<Puppet | undefined> {
        return this.context.rocketchat.store.readOne<Puppet>(byUser(id), KIND);
    }

    /** A member event told a new name or avatar. */
    public async profileChanged(mxid: MatrixUserId, profile: KnownProfile): Promise<void> {
        const puppet = await this.ifKnown(mxid);
        if (!puppet) {
            return;
        }
        const name = puppetName(mxid, profile.displayName);
        const avatarUrl = mxcUri(profile.avatarUrl);
        if (puppet.name !== name || puppet.avatarUrl !== avatarUrl) {
            await this.save({ ...puppet, name, avatarUrl });
        }
    }

    /**
     * Makes the puppet a member of a channel or group: asked of the server once per process, which ignores it for members. The
     * members of a direct room never change.
     * @throws BridgeError when somebody here has banned the person
     */
    public async ensureMember(puppet: Puppet, { kind, rcRoomId: roomId }: Portal): Promise<void> {
        if (kind !== 'd' && !this.rooms.get(puppet.rcUserId)?.has(roomId)) {
            await refuseBanned(this.context.rocketchat.store, roomId, puppet);
            await this.context.rocketchat.addMember(roomId, puppet.username);
            this.noteMember(puppet, roomId);
        }
    }

    /** The puppet is a member without our doing: made with the room, or added by a person. */
    public noteMember({ rcUserId }: Puppet, roomId: RcRoomId): void {
        this.rooms.set(rcUserId, (this.rooms.get(rcUserId) || new Set<RcRoomId>()).add(roomId));
    }

    /** A person has put the puppet out. */
    public noteGone({ rcUserId }: Puppet, roomId: RcRoomId): void {
        this.rooms.get(rcUserId)?.delete(roomId);
    }

    public async removeMember(puppet: Puppet, roomId: RcRoomId): Promise<void> {
        this.noteGone(puppet, roomId);
        await this.context.rocketchat.removeMember(roomId, puppet.username);
    }

    public async count(): Promise<number> {
        return (await this.context.rocketchat.store.read(KIND)).length;
    }

    public forget(): void {
        this.known.clear();
        this.rooms.clear();
    }

    private doubt(mxid: MatrixUserId): void {
        const known = this.known.get(mxid);
        if (known) {
            this.rooms.delete(known.rcUserId);
        }
        this.known.delete(mxid);
    }

    private async make(mxid: MatrixUserId, profile?: KnownProfile): Promise<Puppet> {
        const { rocketchat } = this.context;
        const id = puppetIdOf(mxid);
        const known = profile && (profile.displayName !== undefined || profile.avatarUrl !== undefined) ? profile : await this.askProfile(mxid);
        const name = puppetName(mxid, known.displayName);
        const avatarUrl = mxcUri(known.avatarUrl);
        // After a reinstallation the user is still there, the stored mapping is not.
        const existing = await rocketchat.user(id);
        const made = existing && existing.isPuppet ? { id, username: existing.username, name: existing.name } : await this.create(mxid, id, name);
        const puppet: Puppet = { rcUserId: made.id, mxid, username: made.username, createdName: made.name, name, ...(avatarUrl && { avatarUrl }) };
        await this.save(puppet);
        return puppet;
    }

    private async create(mxid: MatrixUserId, id: RcUserId, name: string): Promise<{ id: RcUserId; username: string; name: string }> {
        const { rocketchat } = this.context;
        for (let attempt = 0; ; attempt += 1) {
            const username = puppetUsername(mxid, attempt);
            const holder = await rocketchat.userByName(username);
            if (holder) {
                if (await this.isOrphan(holder, mxid, name)) {
                    return { id: holder.id, username: holder.username, name: holder.name };
                }
                if (attempt < MAX_NAME_ATTEMPTS) {
                    continue;
                }
            }
            try {
                const made = await rocketchat.createPuppet({ id, username, name });
                await this.ids.note('users', made === id);
                return { id: made, username, name };
            } catch (error) {
                // Another instance was quicker with the same person, or with the same name.
                const made = await rocketchat.user(id);
                if (made && made.isPuppet) {
                    return { id, username: made.username, name: made.name };
                }
                const rival = made ? undefined : await rocketchat.userByName(username);
                if (rival && (await this.isOrphan(rival, mxid, name))) {
                    return { id: rival.id, username: rival.username, name: rival.name };
                }
                if (attempt >= MAX_NAME_ATTEMPTS) {
                    throw error;
                }
                this.context.log.warn(`The user name ${username} could not be used: ${reasonOf(error)}`);
            }
        }
    }

    /**
     * Where the server chooses user ids itself: a puppet that was made for this person by a process that died before it
     * recorded that, or that another one is just recording.
     */
    private async isOrphan({ id, isPuppet, name: holderName }: RcUser, mxid: MatrixUserId, name: string): Promise<boolean> {
        if (!isPuppet || isPuppetId(id) || holderName !== name) {
            return false;
        }
        if (!(await this.byUserId(id))) {
            await this.context.clock.sleep(RECORDED_MS);
        }
        const recorded = await this.byUserId(id);
        return !recorded || recorded.mxid === mxid;
    }

    private async askProfile(mxid: MatrixUserId): Promise<KnownProfile> {
        try {
            return (await this.context.homeserver.profile(mxid)) || {};
        } catch (error) {
            // Not worth a message: it goes out under the plain id.
            this.context.log.warn(`The profile of ${mxid} could not be read: ${reasonOf(error)}`);
            return {};
        }
    }

    private async save(puppet: Puppet): Promise<void> {
        await this.context.rocketchat.store.put(puppet, byMxid(puppet.mxid), KIND, byUser(puppet.rcUserId));
        this.known.set(puppet.mxid, puppet);
    }
}
