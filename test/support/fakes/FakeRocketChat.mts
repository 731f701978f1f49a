import { BridgeError } from '../../../src/errors/BridgeError';
import { rcMessageId, rcRoomId, rcUserId } from '../../../src/ids/rocketchat';
import type { RcMessageId, RcRoomId, RcUserId } from '../../../src/ids/types';
import { Workspace } from '../../../src/rocketchat/Workspace';
import type { PostMessage, RcMessage, RcRoom, RcUser, RocketChat } from '../../../src/rocketchat/RocketChat';
import { FakeStore } from './FakeStore.mts';

/** A workspace in memory. `faults` makes the next calls of a method fail; `calls` counts. */
export class FakeRocketChat implements RocketChat {
    public readonly store = new FakeStore();
    public readonly users = new Map<string, RcUser>();
    public readonly rooms = new Map<string, RcRoom & { members: Set<string>; ownerIds: Set<string> }>();
    public readonly messages = new Map<string, RcMessage & { alias?: string; avatarUrl?: string }>();
    public readonly whispers: { userId: string; roomId: string; text: string }[] = [];
    public readonly typingShown: { roomId: string; name: string; on: boolean }[] = [];
    public readonly settings: Record<string, unknown> = {};
    /** Bytes of uploads by id. */
    public readonly uploads = new Map<string, Buffer>();
    /** By username. */
    public readonly avatars = new Map<string, { content: Buffer; contentType: string }>();
    public readonly calls: string[] = [];
    /** How often a room's newest messages were read. */
    public recent = 0;
    public readonly faults: Record<string, Error[]> = {};
    /** False: a server that makes ids itself. */
    public honoursIds = true;
    /** What an admin entered for the REST API, and what was asked of it. */
    public workspaceToken?: { userId: string; token: string };
    public readonly requests: { endpoint: string; body?: object }[] = [];
    /** How the next requests are answered; else well. */
    public readonly answers: { status: number; answer: Record<string, unknown> }[] = [];
    public readonly workspace = new Workspace(() => this.workspaceToken, async (_method, endpoint, _as, body) => {
        this.requests.push({ endpoint, ...(body && { body }) });
        return this.answers.shift() ?? { status: 200, answer: { success: true } };
    });
    private counter = 0;

    /** @param now milliseconds since the epoch */
    constructor(private readonly now: () => number = Date.now) {}

    public addUser(username: string, more: Partial<RcUser> = {}): RcUser {
        const id = more.id || rcUserId(`user${(this.counter += 1)}`);
        const user: RcUser = { id, username, name: more.name ?? username, type: 'user', roles: ['user'], active: true, isPuppet: false, isAppUser: false, ...more };
        this.users.set(user.id, user);
        return user;
    }

    public addRoom(kind: RcRoom['kind'], name: string, members: RcUser[], more: Partial<RcRoom> = {}): RcRoom {
        const id = more.id || rcRoomId(`room${(this.counter += 1)}`);
        const room = {
            id, kind, name, displayName: name, creatorId: members[0] && members[0].id, readOnly: false, archived: false, ...more,
            members: new Set(members.map((user) => user.id as string)), ownerIds: new Set(members.slice(0, 1).map((user) => user.id as string)),
        };
        this.rooms.set(id, room);
        return room;
    }

    /** A message of a person, or of the system about what a person has changed, as an event of the engine would hand it over. */
    public write(room: RcRoom, sender: RcUser, text: string, more: Partial<RcMessage> = {}): RcMessage {
        const message: RcMessage = {
            id: rcMessageId(`message${(this.counter += 1)}`), roomId: room.id, sender, text, ts: this.now(), files: [], attachments: [], mentions: [], channels: [], reactions: {}, unmapped: {}, ...more,
        };
        this.messages.set(message.id, message);
        const { systemType } = message;
        if (systemType === 'r' || systemType === 'room_changed_topic') {
            Object.assign(this.rooms.get(room.id) as RcRoom, systemType === 'r' ? { displayName: text } : { topic: text });
        }
        return message;
    }

    /** With all its messages; the bridge hears of it as the test wants. */
    public deleteRoom(roomId: string): void {
        this.rooms.delete(roomId);
        this.inRoom(roomId).forEach(({ id }) => this.messages.delete(id));
    }

    public inRoom(roomId: string): (RcMessage & { alias?: string; avatarUrl?: string })[] {
        return [...this.messages.values()].filter((message) => message.roomId === roomId);
    }

    public async serverSetting<T>(id: string): Promise<T | undefined> {
        this.note('serverSetting');
        return this.settings[id] as T | undefined;
    }

    public async siteUrl(): Promise<string> {
        return 'https://chat.test';
    }

    public async publicUrl(path: string): Promise<string> {
        return `https://chat.test/api/apps/public/app/${path}`;
    }

    public async user(id: RcUserId): Promise<RcUser | undefined> {
        this.note('user');
        return this.users.get(id);
    }

    /** By the exact name, as the server. */
    public async userByName(username: string): Promise<RcUser | undefined> {
        this.note('userByName');
        return [...this.users.values()].find((user) => user.username === username);
    }

    public async appUser(): Promise<RcUser> {
        return { id: rcUserId('app'), username: 'matrix.bot', name: 'Matrix', type: 'app', roles: ['app'], active: true, isPuppet: false, isAppUser: true };
    }

    public async createPuppet({ id, username, name }: { id: RcUserId; username: string; name: string }): Promise<RcUserId> {
        this.note('createPuppet');
        const isTaken = [...this.users.values()].some((user) => user.username.toLowerCase() === username.toLowerCase());
        if (this.users.has(id) || isTaken) {
            throw new BridgeError({ code: 'rocketchat.taken', userMessage: 'taken', retriable: false, certain: true });
        }
        return this.addUser(username, { id: this.honoursIds ? id : undefined, name, type: 'bot', roles: ['bot'], isPuppet: true }).id;
    }

    public async room(id: RcRoomId): Promise<RcRoom | undefined> {
        this.note('room');
        return this.rooms.get(id);
    }

    public async roomByName(name: string): Promise<RcRoom | undefined> {
        return [...this.rooms.values()].find((room) => room.name === name);
    }

    public async members(roomId: RcRoomId): Promise<RcUser[]> {
        return [...(this.rooms.get(roomId)?.members || [])].map((id) => this.users.get(id) as RcUser);
    }

    public async owners(roomId: RcRoomId): Promise<RcUserId[]> {
        return [...(this.rooms.get(roomId)?.ownerIds || [])] as RcUserId[];
    }

    public async createRoom(room: { kind: 'c' | 'p'; name: string; displayName: string; creatorId: RcUserId; members: string[] }): Promise<RcRoomId> {
        this.note('createRoom');
        const members = await Promise.all(room.members.map((name) => this.userByName(name)));
        const creator = this.users.get(room.creatorId) || (await this.appUser());
        const isShownAs = ({ displayName }: RcRoom): boolean => Boolean(this.settings.UI_Allow_room_names_with_special_chars) && displayName === room.name;
        if ([...this.rooms.values()].some((other) => other.name === room.name || isShownAs(other))) {
            throw new BridgeError({ code: 'rocketchat.error-duplicate-channel-name', userMessage: 'taken', retriable: false, certain: true });
        }
        if (!new RegExp(`^${this.settings.UTF8_Channel_Names_Validation ?? '[0-9a-zA-Z-_.]+'}$`).test(room.name)) {
            throw new BridgeError({ code: 'rocketchat.error-invalid-room-name', userMessage: 'not valid', retriable: false, certain: true });
        }
        return this.addRoom(room.kind, room.name, [creator, ...members.filter((user): user is RcUser => Boolean(user))], { displayName: room.displayName }).id;
    }

    public async createDirectRoom(creatorId: RcUserId, usernames: string[]): Promise<RcRoomId> {
        this.note('createDirectRoom');
        const members = (await Promise.all(usernames.map((name) => this.userByName(name)))).filter((user): user is RcUser => Boolean(user));
        const ids = [...new Set([creatorId as string, ...members.map((user) => user.id as string)])].sort();
        if (ids.length > Number(this.settings.DirectMesssage_maxUsers ?? 8)) {
            throw new BridgeError({ code: 'rocketchat.error-direct-message-max-user-exceeded', userMessage: 'too many', retriable: false, certain: true });
        }
        const existing = [...this.rooms.values()].find((room) => room.kind === 'd' && [...room.members].sort().join() === ids.join());
        return existing ? existing.id : this.addRoom('d', '', ids.map((id) => this.users.get(id) as RcUser)).id;
    }

    public async renameRoom(roomId: RcRoomId, displayName: string): Promise<void> {
        (this.rooms.get(roomId) as RcRoom).displayName = displayName;
    }

    public async addMember(roomId: RcRoomId, username: string): Promise<void> {
        this.note('addMember');
        this.mustExist(roomId);
        const user = await this.userByName(username);
        if (user) {
            this.rooms.get(roomId)?.members.add(user.id);
        }
    }

    public async removeMember(roomId: RcRoomId, username: string): Promise<void> {
        this.note('removeMember');
        const user = await this.userByName(username);
        this.rooms.get(roomId)?.members.delete(user?.id || '');
    }

    public async message(id: RcMessageId): Promise<RcMessage | undefined> {
        this.note('message');
        return this.messages.get(id);
    }

    /** None of the system's and none that a deletion has hidden, as the server (`AppRoomBridge.getMessages`). */
    public async recentMessages(roomId: RcRoomId, { limit, skip = 0 }: { limit: number; skip?: number }): Promise<RcMessage[]> {
        this.recent += 1;
        const visible = this.inRoom(roomId).filter(({ systemType, unmapped }) => !systemType && unmapped._hidden !== true);
        return visible.sort((a, b) => b.ts - a.ts).slice(skip, skip + limit);
    }

    public async post(message: PostMessage): Promise<{ id: RcMessageId; created: boolean }> {
        this.note('post');
        this.mustExist(message.roomId);
        if (!message.text.trim() && !message.attachments) {
            throw new BridgeError({ code: 'rocketchat.error-invalid-message', userMessage: 'empty', retriable: false, certain: true });
        }
        if (message.text.length > Number(this.settings.Message_MaxAllowedSize ?? 5_000)) {
            throw new BridgeError({ code: 'rocketchat.error-message-size-exceeded', userMessage: 'too long', retriable: false, certain: true });
        }
        if (this.honoursIds && this.messages.has(message.id)) {
            return { id: message.id, created: false };
        }
        if (message.threadId && this.settings.Threads_enabled === false) {
            throw new BridgeError({ code: 'rocketchat.error-not-allowed', userMessage: 'Not allowed', retriable: false, certain: true });
        }
        this.mustSee(message.roomId, message.senderId);
        const room = this.rooms.get(message.roomId) as RcRoom;
        const more = { ...message, ...(this.honoursIds ? {} : { id: rcMessageId(`own${(this.counter += 1)}`) }) };
        const written = this.write(room, this.users.get(message.senderId) || (await this.appUser()), message.text, more as Partial<RcMessage>);
        return { id: written.id, created: true };
    }

    public async edit(id: RcMessageId, editorId: RcUserId, { text, attachments }: { text?: string; attachments?: Record<string, unknown>[] }): Promise<void> {
        this.note('edit');
        if (text?.trim() === '' && !this.messages.get(id)?.attachments.length) {
            throw new BridgeError({ code: 'rocketchat.error-invalid-message', userMessage: 'empty', retriable: false, certain: true });
        }
        const changed = { ...(text !== undefined && { text }), ...(attachments && { attachments }) };
        Object.assign(this.messages.get(id) as RcMessage, { ...changed, editor: this.users.get(editorId) });
    }

    public async delete(id: RcMessageId): Promise<void> {
        this.note('delete');
        this.messages.delete(id);
    }

    public async react(id: RcMessageId, userId: RcUserId, shortName: string, on: boolean): Promise<void> {
        this.note('react');
        const reactions = (this.messages.get(id) as RcMessage).reactions;
        const { username } = this.users.get(userId) as RcUser;
        const others = (reactions[shortName] || []).filter((name) => name !== username);
        reactions[shortName] = on ? [...others, username] : others;
    }

    public async typing(roomId: RcRoomId, name: string, on: boolean): Promise<void> {
        this.typingShown.push({ roomId, name, on });
    }

    public async whisper(userId: RcUserId, roomId: RcRoomId, text: string): Promise<void> {
        this.whispers.push({ userId, roomId, text });
    }

    public async tell(userId: RcUserId, text: string): Promise<void> {
        this.whispers.push({ userId, roomId: 'direct', text });
    }

    public async avatar(username: string): Promise<{ content: Buffer; contentType: string } | undefined> {
        this.note('avatar');
        return this.avatars.get(username);
    }

    public async fileContent(id: string): Promise<Buffer> {
        this.note('fileContent');
        const content = this.uploads.get(id);
        if (!content) {
            throw new BridgeError({ code: 'rocketchat.error-invalid-file', userMessage: 'gone', retriable: false, certain: true });
        }
        return content;
    }

    /** As the server: posts a message for the file at once. */
    public async uploadFile(file: { roomId: RcRoomId; userId: RcUserId; name: string; content: Buffer }): Promise<{ uploadId: string }> {
        const { roomId, userId, name, content } = file;
        this.note('uploadFile');
        const uploadId = `upload${(this.counter += 1)}`;
        this.uploads.set(uploadId, content);
        const type = /\.(png|gif)$/.exec(name) ? `image/${name.slice(-3)}` : 'text/plain';
        const sender = this.users.get(userId) || (await this.appUser());
        const attachments = [{ title: name, title_link: `/file-upload/${uploadId}/${name}`, type: 'file', fileId: uploadId }];
        const files = [{ id: uploadId, name, type, size: content.length, isThumbnail: false }];
        this.write(this.rooms.get(roomId) as RcRoom, sender, '', { files, attachments });
        return { uploadId };
    }

    private mustExist(roomId: RcRoomId): void {
        if (!this.rooms.has(roomId)) {
            throw new BridgeError({ code: 'rocketchat.failed', userMessage: 'no such room', retriable: false, certain: true, detail: 'Invalid room provided' });
        }
    }

    /** Everybody sees channels, members the rest (`canSendMessage`); users of type `app` are not asked. */
    private mustSee(roomId: RcRoomId, senderId: RcUserId): void {
        const room = this.rooms.get(roomId);
        const sender = this.users.get(senderId);
        if (room && sender && sender.type !== 'app' && room.kind !== 'c' && !room.members.has(senderId)) {
            throw new BridgeError({ code: 'rocketchat.failed', userMessage: 'Not allowed', retriable: false, certain: true, detail: 'error-not-allowed' });
        }
    }

    private note(call: string): void {
        this.calls.push(call);
        const fault = this.faults[call]?.shift();
        if (fault) {
            throw fault;
        }
    }
}
