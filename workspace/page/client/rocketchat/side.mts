import type { Session } from './api.mts';
import { RocketChatApi } from './api.mts';
import { rocketchatMessage } from './message.mts';
import type { DemoUser, Message, Person, Room, Side } from '../side.mts';
import { Memory } from '../side.mts';

const NAMESPACES: Record<string, string> = { c: 'channels', p: 'groups', d: 'im' };
const KINDS: Record<string, Room['kind']> = { c: 'public', p: 'private', d: 'direct' };

/** The workspace, through its REST API (rooms, history, sending) and its realtime API (what happens meanwhile). */
export class RocketChatSide implements Side {
    public readonly title = 'Rocket.Chat';
    public readonly place = location.host;
    public person: Person | undefined;
    public trouble = '';
    public rooms: Room[] = [];
    public opened: string | undefined;
    public onChange: () => void = () => undefined;
    private readonly api = new RocketChatApi();
    private readonly memory = new Memory<Session>('page.rocketchat');
    private readonly types = new Map<string, string>();
    private readonly timeline = new Map<string, any>();
    private followed: { stop: () => void }[] = [];

    constructor(
        public readonly demoUsers: DemoUser[],
        public readonly firstRoom: string | undefined,
    ) {}

    public get messages(): Message[] {
        return [...this.timeline.values()].map(rocketchatMessage).sort((a, b) => a.time.getTime() - b.time.getTime());
    }

    public async logIn(user: string, password: string): Promise<void> {
        const { data } = await this.api.post('login', { user, password });
        await this.begin({ userId: data.userId, token: data.authToken });
    }

    public resume(): Promise<boolean> {
        return this.memory.resume(this.demoUsers, {
            begin: (session) => this.begin(session),
            end: () => this.end(),
            logIn: (user, password) => this.logIn(user, password),
        });
    }

    public async logOut(): Promise<void> {
        await this.api.post('logout', {}).catch(() => undefined);
        this.end();
        this.memory.write(false);
        this.onChange();
    }

    private async begin(session: Session): Promise<void> {
        this.api.session = session;
        const me = await this.api.get('me');
        await this.api.connect((connected) => {
            this.trouble = connected || !this.person ? '' : 'Connection lost, trying again';
            if (connected && this.person) {
                void this.refresh();
            }
            this.onChange();
        });
        this.person = { id: me._id, name: me.name || me.username, avatar: `/avatar/${encodeURIComponent(me.username)}` };
        this.memory.write(session);
        for (const event of ['rooms-changed', 'subscriptions-changed']) {
            this.api.follow('notify-user', `${session.userId}/${event}`, () => void this.loadRooms());
        }
        this.api.follow('notify-user', `${session.userId}/message`, (message) => this.whispered(message));
        await this.loadRooms();
    }

    private end(): void {
        this.api.disconnect();
        this.api.session = undefined;
        this.person = undefined;
        this.rooms = [];
        this.opened = undefined;
        this.timeline.clear();
        this.followed = [];
    }

    /** The rooms one is in, and the public channels one could join. */
    private async loadRooms(): Promise<void> {
        const [{ update: rooms }, { update: subscriptions }, { channels }] = await Promise.all([
            this.api.get('rooms.get'),
            this.api.get('subscriptions.get'),
            this.api.get('channels.list', { count: '50' }),
        ]);
        const byRoom = new Map<string, any>(subscriptions.map((subscription: any) => [subscription.rid, subscription]));
        const inside = rooms.filter(({ _id }: any) => byRoom.has(_id));
        const outside = channels.filter(({ _id }: any) => !byRoom.has(_id));
        [...inside, ...outside].forEach(({ _id, t }: any) => this.types.set(_id, t));
        this.rooms = [...inside, ...outside].map((room: any) => roomOf(room, byRoom.get(room._id)));
        this.onChange();
    }

    private whispered(message: any): void {
        if (message.rid === this.opened) {
            this.timeline.set(message._id ?? `whisper-${Date.now()}`, { ...message, private: true, _id: message._id ?? `whisper-${Date.now()}` });
            this.onChange();
        }
    }

    public async open(roomId: string): Promise<void> {
        this.followed.splice(0).forEach((subscription) => subscription.stop());
        this.opened = roomId;
        this.timeline.clear();
        this.onChange();
        if (this.rooms.find(({ id }) => id === roomId)?.entry) {
            return;
        }
        this.followed = [
            this.api.follow('room-messages', roomId, (message) => this.received(roomId, message)),
            this.api.follow('notify-room', `${roomId}/deleteMessage`, ({ _id }) => this.removed(_id)),
        ];
        await this.refresh();
    }

    /** Reads the newest messages of the open room: at its opening, and after the connection was lost. */
    private async refresh(): Promise<void> {
        const roomId = this.opened;
        if (!roomId) {
            return;
        }
        const namespace = NAMESPACES[this.types.get(roomId) ?? 'c'];
        const { messages } = await this.api.get(`${namespace}.history`, { roomId, count: '50' });
        messages.forEach((message: any) => this.received(roomId, message));
        await this.api.post('subscriptions.read', { rid: roomId }).catch(() => undefined);
    }

    private received(roomId: string, message: any): void {
        if (roomId === this.opened && !message._hidden) {
            this.timeline.set(message._id, message);
            this.onChange();
        }
    }

    private removed(id: string): void {
        this.timeline.delete(id);
        this.onChange();
    }

    public async enter(roomId: string): Promise<void> {
        await this.api.post('channels.join', { roomId });
        await this.loadRooms();
        await this.open(roomId);
    }

    public async send(text: string): Promise<void> {
        const command = /^\/([^\s/]+)(?:\s+([\s\S]*))?$/.exec(text);
        if (command) {
            await this.api.post('commands.run', { command: command[1], params: command[2] ?? '', roomId: this.opened });
            return;
        }
        await this.api.post('chat.sendMessage', { message: { rid: this.opened, msg: text } });
    }
}

function roomOf(room: any, subscription: any): Room {
    return {
        id: room._id,
        name: subscription?.fname || room.fname || room.name || subscription?.name || (room.usernames ?? []).join(', '),
        kind: KINDS[room.t] ?? 'private',
        topic: room.topic,
        unread: subscription?.unread ?? 0,
        entry: subscription ? undefined : 'join',
    };
}
