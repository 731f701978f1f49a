import { BridgeError } from '../../../src/errors/BridgeError';
import type { MatrixEventId, MatrixRoomAlias, MatrixRoomId, MatrixUserId, MxcUri } from '../../../src/ids/types';
import type { Acting, Content, CreateRoom, Homeserver, MatrixEvent, News, PingOutcome, Profile, SendEvent } from '../../../src/matrix/Homeserver';

export interface FakeMatrixRoom {
    id: MatrixRoomId;
    options: Partial<CreateRoom>;
    isPublic: boolean;
    members: Map<MatrixUserId, 'join' | 'invite' | 'leave' | 'ban'>;
    timeline: MatrixEvent[];
}

export const failure = (status: number | undefined, errcode?: string, more: Partial<BridgeError> = {}): BridgeError =>
    new BridgeError({
        code: errcode ? `matrix.${errcode}` : status === 500 ? 'matrix.serverError' : 'homeserver.unreachable', userMessage: errcode || 'The homeserver cannot be reached.',
        retriable: status === undefined || status === 429 || status >= 500, certain: status !== undefined && status < 500, status, errcode, ...more,
    });

/** In the place where a room was read to: it was not joined yet. */
const INVITED = -1;

const forbidden = (): BridgeError => failure(403, 'M_FORBIDDEN');

/** A homeserver in memory, with its rules of membership and its cache of transaction ids. `faults` makes the next calls of a method fail. */
export class FakeHomeserver implements Homeserver {
    public readonly users = new Map<MatrixUserId, Profile>();
    public readonly rooms = new Map<MatrixRoomId, FakeMatrixRoom>();
    public readonly aliases = new Map<string, MatrixRoomId>();
    public readonly calls: string[] = [];
    public readonly faults: Record<string, (Error | 'lost')[]> = {};
    /** Files by their address. */
    public readonly media = new Map<string, { content: Buffer; contentType: string; filename?: string; by: string }>();
    /** Read receipts in the order in which they moved: who, and up to which event. */
    public readonly receipts: string[] = [];
    public largestUpload?: number;
    public transactions = new Map<string, MatrixEventId>();
    private counter = 0;

    /** @param now milliseconds since the epoch */
    constructor(
        private readonly now: () => number,
        private readonly domain = 'hs.test',
        private readonly bot = '@rocketchat:hs.test' as MatrixUserId,
    ) {}

    public addPerson(id: string, displayName?: string): MatrixUserId {
        this.users.set(id as MatrixUserId, { displayName });
        return id as MatrixUserId;
    }

    public addRoom(creator: MatrixUserId, isPublic = false): FakeMatrixRoom {
        return this.makeRoom(creator, { preset: isPublic ? 'public_chat' : 'private_chat' });
    }

    /** An event of somebody in a room, as a transaction would bring it. */
    public write(room: FakeMatrixRoom, sender: MatrixUserId, type: string, content: Content, more: Partial<MatrixEvent> = {}): MatrixEvent {
        const event: MatrixEvent = { type, room_id: room.id, event_id: this.eventId(), sender, origin_server_ts: this.now(), content, ...more };
        room.timeline.push(event);
        return event;
    }

    public async versions(): Promise<string[]> { return ['v1.11']; }
    public async software(): Promise<undefined> { return undefined; }
    public async whoami(): Promise<MatrixUserId> { return this.bot; }
    public async ping(): Promise<PingOutcome> { return { ok: true, durationMs: 1 }; }

    public async register(localpart: string): Promise<MatrixUserId> {
        await this.note('register');
        const id = `@${localpart}:${this.domain}` as MatrixUserId;
        if (!this.users.has(id)) {
            this.users.set(id, { displayName: localpart });
        }
        return id;
    }

    public async setDisplayName(user: MatrixUserId, name: string): Promise<void> {
        await this.note('setDisplayName');
        this.users.set(user, { ...this.users.get(user), displayName: name });
    }

    public async setAvatarUrl(user: MatrixUserId, avatarUrl: MxcUri | ''): Promise<void> {
        await this.note('setAvatarUrl');
        this.users.set(user, { ...this.users.get(user), avatarUrl: avatarUrl || undefined });
    }

    public async profile(user: MatrixUserId): Promise<Profile | undefined> {
        await this.note('profile');
        return this.users.get(user);
    }

    public async createRoom(options: CreateRoom): Promise<MatrixRoomId> {
        await this.note('createRoom');
        const alias = options.aliasLocalpart && `#${options.aliasLocalpart}:${this.domain}`;
        if (alias && this.aliases.has(alias)) {
            throw failure(400, 'M_ROOM_IN_USE');
        }
        const room = this.makeRoom(options.as || this.bot, options);
        if (alias) {
            this.aliases.set(alias, room.id);
        }
        return room.id;
    }

    public async resolveAlias(alias: MatrixRoomAlias): Promise<{ roomId: MatrixRoomId; servers: string[] } | undefined> {
        const roomId = this.aliases.get(alias);
        return roomId && { roomId, servers: [this.domain] };
    }

    public async createAlias(alias: MatrixRoomAlias, roomId: MatrixRoomId): Promise<void> { this.aliases.set(alias, roomId); }
    public async deleteAlias(alias: MatrixRoomAlias): Promise<void> { this.aliases.delete(alias); }
    public async publish(): Promise<boolean> { return true; }

    public async join(target: MatrixRoomId | MatrixRoomAlias, { as = this.bot }: Acting = {}): Promise<MatrixRoomId> {
        await this.note('join');
        const room = this.roomOf(target as MatrixRoomId);
        const membership = room.members.get(as);
        if (!this.users.has(as) || (!room.isPublic && membership !== 'invite' && membership !== 'join') || membership === 'ban') {
            throw forbidden();
        }
        room.members.set(as, 'join');
        return room.id;
    }

    public async invite(roomId: MatrixRoomId, user: MatrixUserId, { as = this.bot }: Acting = {}): Promise<void> {
        await this.note('invite');
        const room = this.joined(roomId, as);
        if (room.members.get(user) === 'join') {
            throw forbidden();
        }
        room.members.set(user, 'invite');
    }

    public async leave(roomId: MatrixRoomId, { as = this.bot }: Acting = {}): Promise<void> {
        await this.note('leave');
        if (as !== this.bot && !this.users.has(as)) {
            throw forbidden();
        }
        this.roomOf(roomId).members.set(as, 'leave');
    }

    public async kick(roomId: MatrixRoomId, user: MatrixUserId, { as = this.bot }: Acting = {}): Promise<void> {
        await this.note('kick');
        this.withPower(roomId, as).members.set(user, 'leave');
    }

    public async ban(roomId: MatrixRoomId, user: MatrixUserId, { as = this.bot }: Acting = {}): Promise<void> {
        await this.note('ban');
        this.withPower(roomId, as).members.set(user, 'ban');
    }

    public async unban(roomId: MatrixRoomId, user: MatrixUserId, { as = this.bot }: Acting = {}): Promise<void> {
        await this.note('unban');
        const room = this.withPower(roomId, as);
        if (room.members.get(user) !== 'ban') {
            throw forbidden();
        }
        room.members.set(user, 'leave');
    }

    public async send({ roomId, type, content, txnId, ts, as = this.bot }: SendEvent): Promise<MatrixEventId> {
        const fault = await this.note('send', true);
        const room = this.joined(roomId, as);
        const key = `${roomId} ${type} ${txnId}`;
        const id = this.transactions.get(key) || this.write(room, as, type, content, ts ? { origin_server_ts: ts } : {}).event_id;
        this.transactions.set(key, id);
        if (fault === 'lost') {
            throw failure(undefined, undefined, { certain: false });
        }
        return id;
    }

    public async sendState(roomId: MatrixRoomId, type: string, stateKey: string, content: Content, { as = this.bot }: Acting = {}): Promise<MatrixEventId> {
        await this.note('sendState');
        return this.write(this.joined(roomId, as), as, type, content, { state_key: stateKey }).event_id;
    }

    public async redact(roomId: MatrixRoomId, eventId: MatrixEventId, { as = this.bot }: Acting & { txnId: string }): Promise<MatrixEventId> {
        await this.note('redact');
        const room = this.joined(roomId, as);
        const target = room.timeline.find((event) => event.event_id === eventId);
        if (target && target.sender !== as && as !== this.bot && (room.options.userLevels || {})[as] !== 100) {
            throw forbidden();
        }
        return this.write(room, as, 'm.room.redaction', {}, { redacts: eventId }).event_id;
    }

    public async state(roomId: MatrixRoomId, type: string, stateKey = '', { as = this.bot }: Acting = {}): Promise<Content | undefined> {
        await this.note('state');
        const room = this.joined(roomId, as);
        if (type === 'm.room.member') {
            const membership = room.members.get(stateKey as MatrixUserId);
            return membership && { membership };
        }
        return [...room.timeline].reverse().find((event) => event.type === type && event.state_key === stateKey)?.content;
    }

    public async joinedMembers(roomId: MatrixRoomId, { as = this.bot }: Acting = {}): Promise<Map<MatrixUserId, Profile>> {
        const room = this.joined(roomId, as);
        return new Map([...room.members].filter(([, membership]) => membership === 'join').map(([id]) => [id, this.users.get(id) || {}]));
    }

    public async joinedRooms({ as = this.bot }: Acting = {}): Promise<MatrixRoomId[]> {
        return [...this.rooms.values()].filter(({ members }) => members.get(as) === 'join').map(({ id }) => id);
    }

    public async event(roomId: MatrixRoomId, eventId: MatrixEventId): Promise<MatrixEvent | undefined> {
        const { timeline } = this.roomOf(roomId);
        const found = timeline.find((event) => event.event_id === eventId);
        return found && timeline.some(({ redacts }) => redacts === eventId) ? { ...found, content: {} } : found;
    }

    public async messages(roomId: MatrixRoomId, { limit, from = '0' }: { limit: number; from?: string }): Promise<{ events: MatrixEvent[]; end?: string }> {
        await this.note('messages');
        const end = Number(from) + limit;
        const { timeline } = this.roomOf(roomId);
        const redacted = new Set(timeline.map(({ redacts }) => redacts));
        const page = [...timeline].reverse().slice(Number(from), end);
        const events = page.map((event) => (redacted.has(event.event_id) ? { ...event, content: {} } : event));
        return { events, ...(end < timeline.length && { end: String(end) }) };
    }

    public async relations(roomId: MatrixRoomId, eventId: MatrixEventId, { relType }: { relType: string }): Promise<{ events: MatrixEvent[] }> {
        await this.note('relations');
        const relates = ({ content }: MatrixEvent) => (content['m.relates_to'] || {}) as { rel_type?: string; event_id?: string };
        const { timeline } = this.roomOf(roomId);
        const isRedacted = (id: MatrixEventId): boolean => timeline.some(({ redacts }) => redacts === id);
        const related = timeline.filter((event) => relates(event).rel_type === relType && relates(event).event_id === eventId);
        return { events: related.filter((event) => !isRedacted(event.event_id)).reverse() };
    }

    /** As Synapse: not for the bot. Of a room that was just joined comes all that was ever written, and `limited` (Synapse, Dendrite). */
    public async news({ as = this.bot, since }: Acting & { since?: string }): Promise<News> {
        await this.note('news');
        if (as === this.bot) {
            throw failure(500, 'M_UNKNOWN');
        }
        const seen = JSON.parse(since || '{}') as Record<string, number>;
        const mine = [...this.rooms.values()].filter((room) => room.members.get(as) === 'join');
        const invited = [...this.rooms.values()].filter((room) => room.members.get(as) === 'invite');
        const isInvite = ({ type, state_key: key, content }: MatrixEvent): boolean => type === 'm.room.member' && key === as && content.membership === 'invite';
        const invites = invited.filter((room) => since && !(room.id in seen)).flatMap((room) => room.timeline.filter(isInvite).slice(-1));
        const placeIn = (room: FakeMatrixRoom): number => seen[room.id] ?? INVITED;
        const rooms = mine.filter((room) => since && room.timeline.length > placeIn(room))
            .map((room) => ({ roomId: room.id, events: room.timeline.slice(Math.max(0, placeIn(room))), limited: placeIn(room) === INVITED }));
        const places = [...mine.map((room) => [room.id, room.timeline.length]), ...invited.map((room) => [room.id, INVITED])];
        return { next: JSON.stringify(Object.fromEntries(places)), rooms, left: [], invites };
    }

    public async typing(): Promise<void> { await this.note('typing'); }
    public async readReceipt(roomId: MatrixRoomId, eventId: MatrixEventId, user: MatrixUserId): Promise<void> {
        await this.note('readReceipt');
        this.joined(roomId, user);
        this.receipts.push(`${user} ${eventId}`);
    }

    public async uploadLimit(): Promise<number | undefined> { return this.largestUpload; }

    public async upload(content: Buffer, { as = this.bot, filename, contentType }: Acting & { filename?: string; contentType: string }): Promise<MxcUri> {
        await this.note('upload');
        if (!this.users.has(as) && as !== this.bot) {
            throw forbidden();
        }
        const uri = `mxc://${this.domain}/media${(this.counter += 1)}` as MxcUri;
        this.media.set(uri, { content, contentType, filename, by: as });
        return uri;
    }

    public async download(mxc: MxcUri): Promise<{ content: Buffer; contentType: string }> {
        await this.note('download');
        const media = this.media.get(mxc);
        if (!media) {
            throw failure(404, 'M_NOT_FOUND');
        }
        return media;
    }

    public async thumbnail(mxc: MxcUri): Promise<{ content: Buffer; contentType: string }> { return this.download(mxc); }

    private makeRoom(creator: MatrixUserId, options: Partial<CreateRoom>): FakeMatrixRoom {
        const id = `!${String((this.counter += 1)).padStart(43, 'r')}` as MatrixRoomId;
        const members = new Map<MatrixUserId, 'join' | 'invite'>([[creator, 'join']]);
        (options.invite || []).forEach((user) => members.set(user, 'invite'));
        const room: FakeMatrixRoom = { id, options, isPublic: options.preset === 'public_chat', members, timeline: [] };
        this.rooms.set(id, room);
        return room;
    }

    private eventId(): MatrixEventId {
        return `$${String((this.counter += 1)).padStart(43, 'e')}` as MatrixEventId;
    }

    private roomOf(id: MatrixRoomId): FakeMatrixRoom {
        const room = this.rooms.get(id);
        if (!room) {
            throw failure(404, 'M_NOT_FOUND');
        }
        return room;
    }

    private withPower(id: MatrixRoomId, user: MatrixUserId): FakeMatrixRoom {
        if (user !== this.bot && (this.roomOf(id).options.userLevels || {})[user] !== 100) {
            throw forbidden();
        }
        return this.joined(id, user);
    }

    private joined(id: MatrixRoomId, user: MatrixUserId): FakeMatrixRoom {
        const room = this.roomOf(id);
        if (room.members.get(user) !== 'join') {
            throw forbidden();
        }
        return room;
    }

    private async note(call: string, mayBeLost = false): Promise<Error | 'lost' | undefined> {
        this.calls.push(call);
        const fault = this.faults[call]?.shift();
        if (fault && !(mayBeLost && fault === 'lost')) {
            throw fault;
        }
        return fault;
    }
}
