import type { MatrixClient, Room as MatrixRoom } from 'matrix-js-sdk';
import { ClientEvent, createClient, RoomEvent, RoomMemberEvent, RoomStateEvent, UserEvent } from 'matrix-js-sdk';
import { logger } from 'matrix-js-sdk/lib/logger';
import { loadMedia, matrixMessage } from './message.mts';
import type { DemoUser, Message, Person, Room, Side } from '../side.mts';
import { Memory } from '../side.mts';

interface Session {
    userId: string;
    accessToken: string;
    deviceId: string;
}

/** What the client does is seen on the page; the console is for what goes wrong. */
(logger as unknown as { setLevel?: (level: string) => void }).setLevel?.('error');

/** A Matrix client: matrix-js-sdk against the homeserver, as any person's client would be. It knows nothing of the bridge. */
export class MatrixSide implements Side {
    public readonly title = 'Matrix';
    public readonly place: string;
    public person: Person | undefined;
    public trouble = '';
    public opened: string | undefined;
    public onChange: () => void = () => undefined;
    private client: MatrixClient | undefined;
    private readonly memory: Memory<Session>;
    private readonly avatars = new Map<string, string>();

    constructor(
        private readonly homeserver: string,
        serverName: string,
        public readonly demoUsers: DemoUser[],
        public readonly firstRoom: string | undefined,
    ) {
        this.place = serverName;
        this.memory = new Memory(`page.matrix ${homeserver}`);
    }

    public get rooms(): Room[] {
        const rooms = this.client?.getRooms().filter((room) => ['join', 'invite'].includes(room.getMyMembership())) ?? [];
        return rooms.map(roomOf).sort((a, b) => a.name.localeCompare(b.name));
    }

    public get messages(): Message[] {
        const { client } = this;
        const room = this.opened ? client?.getRoom(this.opened) : undefined;
        if (!client || !room) {
            return [];
        }
        const events = room.getLiveTimeline().getEvents();
        const shown = events.map((event) => matrixMessage(event, room, client, (userId) => this.avatarOf(room, userId)));
        return shown.filter((message): message is Message => message !== undefined);
    }

    /** @returns the picture if it is loaded; else it comes with a later change */
    private avatarOf(room: MatrixRoom, userId: string): string | undefined {
        const mxc = room.getMember(userId)?.getMxcAvatarUrl();
        if (!mxc || !this.client) {
            return undefined;
        }
        if (!this.avatars.has(mxc)) {
            void loadMedia(this.client, mxc).then((url) => {
                if (url) {
                    this.avatars.set(mxc, url);
                    this.onChange();
                }
            });
        }
        return this.avatars.get(mxc);
    }

    public async logIn(user: string, password: string): Promise<void> {
        const client = createClient({ baseUrl: this.homeserver });
        const answer = await client.loginRequest({
            type: 'm.login.password',
            identifier: { type: 'm.id.user', user },
            password,
            initial_device_display_name: 'Development page',
        });
        await this.begin({ userId: answer.user_id, accessToken: answer.access_token, deviceId: answer.device_id });
    }

    public resume(): Promise<boolean> {
        return this.memory.resume(this.demoUsers, {
            begin: (session) => this.begin(session),
            end: () => this.end(),
            logIn: (user, password) => this.logIn(user, password),
        });
    }

    public async logOut(): Promise<void> {
        await this.client?.logout(true).catch(() => undefined);
        this.end();
        this.memory.write(false);
        this.onChange();
    }

    private async begin(session: Session): Promise<void> {
        const client = createClient({ baseUrl: this.homeserver, ...session });
        await client.whoami();
        this.client = client;
        const changed = () => this.onChange();
        for (const event of [ClientEvent.Room, RoomEvent.Timeline, RoomEvent.Name, RoomEvent.MyMembership, RoomEvent.Redaction, RoomEvent.LocalEchoUpdated]) {
            client.on(event as any, changed);
        }
        client.on(RoomStateEvent.Events, changed);
        client.on(RoomMemberEvent.Name, changed);
        client.on(UserEvent.DisplayName, changed);
        const synced = new Promise<void>((resolve) => {
            client.on(ClientEvent.Sync, (state) => {
                this.trouble = state === 'ERROR' || state === 'RECONNECTING' ? 'Connection lost, trying again' : '';
                if (state === 'PREPARED' || state === 'SYNCING') {
                    resolve();
                }
                this.onChange();
            });
        });
        await client.startClient({ initialSyncLimit: 50, lazyLoadMembers: true });
        await synced;
        const profile = await client.getProfileInfo(session.userId).catch(() => ({ displayname: undefined, avatar_url: undefined }));
        const avatar = profile.avatar_url ? await loadMedia(client, profile.avatar_url) : undefined;
        this.person = { id: session.userId, name: profile.displayname ?? session.userId, avatar };
        this.memory.write(session);
        this.onChange();
    }

    private end(): void {
        this.client?.stopClient();
        this.client?.removeAllListeners();
        this.client = undefined;
        this.person = undefined;
        this.opened = undefined;
        this.trouble = '';
    }

    public async open(roomId: string): Promise<void> {
        this.opened = roomId;
        this.onChange();
        const last = this.client?.getRoom(roomId)?.getLiveTimeline().getEvents().at(-1);
        if (last && !last.status) {
            await this.client?.sendReadReceipt(last).catch(() => undefined);
        }
    }

    public async enter(roomId: string): Promise<void> {
        await this.client?.joinRoom(roomId);
        await this.open(roomId);
    }

    public async send(text: string): Promise<void> {
        if (this.opened) {
            await this.client?.sendTextMessage(this.opened, text);
        }
    }
}

function roomOf(room: MatrixRoom): Room {
    const direct = room.getJoinedMemberCount() <= 2 && !room.getCanonicalAlias() && room.getJoinRule() !== 'public';
    const topic = room.currentState.getStateEvents('m.room.topic', '')?.getContent().topic;
    return {
        id: room.roomId,
        name: room.name,
        kind: room.getJoinRule() === 'public' ? 'public' : direct ? 'direct' : 'private',
        topic: typeof topic === 'string' ? topic : undefined,
        unread: room.getUnreadNotificationCount() ?? 0,
        entry: room.getMyMembership() === 'invite' ? 'accept' : undefined,
    };
}
