import { digest } from '../../ids/hash';
import type { MatrixRoomAlias, MatrixRoomId, RcRoomId } from '../../ids/types';
import type { StoreKey } from '../../rocketchat/RocketChat';
import type { BridgeContext } from '../core/Context';
import { LruMap } from '../core/LruMap';
import { UnderWay } from '../core/UnderWay';
import type { Portal } from './Portal';

const KIND: StoreKey = { model: 'misc', id: 'portal' };
const CACHED = 10_000;
/** How long a room counts as not bridged without looking again: another instance may have bridged it meanwhile. */
const UNBRIDGED_MS = 3_000;

const byRcRoom = (id: RcRoomId): StoreKey => ({ model: 'room', id });
const byAlias = (alias: MatrixRoomAlias): StoreKey => ({ model: 'misc', id: `mxalias:${alias}` });
const byPart = (part: number): StoreKey => ({ model: 'misc', id: `portals:${part}` });
const byMatrixRoom = (id: MatrixRoomId): StoreKey => ({ model: 'misc', id: `mxroom:${id}` });
const roomsOf = (portal: Portal): MatrixRoomId[] => [portal.matrixRoomId, ...portal.formerRooms];

/** All portals are divided into this many parts: whoever goes through all of them need not hold them all. */
export const PORTAL_PARTS = 32;
const partOf = (id: RcRoomId): number => parseInt(digest(id).slice(0, 8), 16) % PORTAL_PARTS;

const keysOf = (portal: Portal): StoreKey[] =>
    [byRcRoom(portal.rcRoomId), KIND, byPart(partOf(portal.rcRoomId)), ...roomsOf(portal).map(byMatrixRoom), ...(portal.alias ? [byAlias(portal.alias)] : [])];

/** The bridged rooms: stored by both ids, cached. */
export class Portals {
    /** Told of each portal that is stored. */
    public onSaved?: (portal: Portal) => void;
    private readonly byRc = new LruMap<RcRoomId, Portal>(CACHED);
    private readonly byMatrix = new LruMap<MatrixRoomId, Portal>(CACHED);
    private readonly unbridged = new LruMap<string, number>(CACHED);
    private readonly reading = new UnderWay<string, Portal | undefined>();
    private readonly beingMade = new Set<Promise<unknown>>();

    constructor(private readonly context: BridgeContext) {}

    public async ofRcRoom(id: RcRoomId): Promise<Portal | undefined> {
        return this.byRc.get(id) || this.look(byRcRoom(id));
    }

    /** Waits for rooms that are just being made: their first events can arrive before the answer of `createRoom`. */
    public async ofMatrixRoom(id: MatrixRoomId): Promise<Portal | undefined> {
        const known = this.byMatrix.get(id);
        if (known) {
            return known;
        }
        if (this.beingMade.size) {
            await Promise.all(this.beingMade);
            this.unbridged.delete(byMatrixRoom(id).id);
        }
        return this.byMatrix.get(id) || this.look(byMatrixRoom(id));
    }

    /** Rare, so not cached: homeservers ask for aliases that they do not know. */
    public ofAlias(alias: MatrixRoomAlias): Promise<Portal | undefined> {
        return this.context.rocketchat.store.readOne<Portal>(byAlias(alias), KIND);
    }

    /** @param making makes a Matrix room and saves its portal */
    public async whileMaking<T>(making: Promise<T>): Promise<T> {
        const settled = making.then(() => undefined, () => undefined);
        this.beingMade.add(settled);
        try {
            return await making;
        } finally {
            this.beingMade.delete(settled);
        }
    }

    /** Stores the portal in place of what was stored for its Rocket.Chat room. */
    public async save(portal: Portal): Promise<void> {
        const { store } = this.context.rocketchat;
        const before = await store.readOne<Portal>(byRcRoom(portal.rcRoomId), KIND);
        const keys = keysOf(portal);
        if (before && JSON.stringify(keysOf(before)) !== JSON.stringify(keys)) {
            await store.remove(byRcRoom(portal.rcRoomId), KIND);
        }
        // In one step where the keys stay: a process that dies in between would leave a room that is not bridged.
        await store.put(portal, ...keys);
        this.keep(portal);
        this.onSaved?.(portal);
    }

    public async remove(portal: Portal): Promise<void> {
        await this.context.rocketchat.store.remove(byRcRoom(portal.rcRoomId), KIND);
        this.drop(portal);
    }

    /** @returns whether the portal is stored still: another instance may have removed it. Then it is forgotten here, too. */
    public async isStored(portal: Portal): Promise<boolean> {
        const stored = await this.context.rocketchat.store.readOne<Portal>(byRcRoom(portal.rcRoomId), KIND);
        if (!stored) {
            this.drop(portal);
        }
        return Boolean(stored);
    }

    /** Reads all of them: for status and lists only. */
    public all(): Promise<Portal[]> {
        return this.context.rocketchat.store.read<Portal>(KIND);
    }

    /** @param part 0 to `PORTAL_PARTS` - 1 @returns the portals of one part, not cached */
    public part(part: number): Promise<Portal[]> {
        return this.context.rocketchat.store.read<Portal>(byPart(part), KIND);
    }

    public forget(): void {
        this.byRc.clear();
        this.byMatrix.clear();
        this.unbridged.clear();
    }

    private drop(portal: Portal): void {
        this.byRc.delete(portal.rcRoomId);
        roomsOf(portal).forEach((room) => this.byMatrix.delete(room));
    }

    private keep(portal: Portal): void {
        this.byRc.set(portal.rcRoomId, portal);
        this.unbridged.delete(byRcRoom(portal.rcRoomId).id);
        for (const room of roomsOf(portal)) {
            this.byMatrix.set(room, portal);
            this.unbridged.delete(byMatrixRoom(room).id);
        }
    }

    /** One read at a time per key; a miss is remembered for a moment. */
    private look(key: StoreKey): Promise<Portal | undefined> {
        const missedAt = this.unbridged.get(key.id);
        if (missedAt !== undefined && this.context.clock.now() - missedAt < UNBRIDGED_MS) {
            return Promise.resolve(undefined);
        }
        return this.reading.join(key.id, () => this.read(key));
    }

    private async read(key: StoreKey): Promise<Portal | undefined> {
        const startedAt = this.context.clock.now();
        const portal = await this.context.rocketchat.store.readOne<Portal>(key, KIND);
        const saved = key.model === 'room' ? this.byRc.get(key.id as RcRoomId) : undefined;
        if (portal && !saved) {
            this.keep(portal);
        } else if (!portal && !saved) {
            this.unbridged.set(key.id, startedAt);
        }
        return saved || portal;
    }
}
