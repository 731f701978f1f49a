import { avatar, h, place } from './dom.mts';
import { loginCard } from './login.mts';
import { MessageList } from './messages.mts';
import type { Room, Side } from './side.mts';

const SIGNS = { public: '#', private: '', direct: '@' };

/** One half of the page. It draws what the side says and calls the side for what the person does. */
export class Pane {
    public readonly element: HTMLElement;
    private readonly head = h('header');
    private readonly rooms = h('nav', { class: 'rooms' });
    private readonly title = h('div', { class: 'room-head' });
    private readonly list = new MessageList();
    private readonly input: HTMLTextAreaElement;
    private readonly composer: HTMLFormElement;
    private readonly entry = h('div', { class: 'entry' });
    private readonly body: HTMLElement;
    private card: HTMLElement | undefined;
    private due = false;
    private error = '';
    private connecting = false;

    constructor(
        private readonly side: Side,
        kind: 'rocketchat' | 'matrix',
    ) {
        this.input = h('textarea', { 'rows': '1', 'placeholder': 'Message', 'aria-label': 'Message', 'keydown': (event: KeyboardEvent) => this.onKey(event) });
        this.composer = h('form', { class: 'composer', submit: (event: Event) => this.submit(event) }, this.input, h('button', { type: 'submit' }, 'Send'));
        this.rooms.setAttribute('aria-label', `${side.title} rooms`);
        const conversation = h('div', { class: 'conversation' }, this.title, this.list.element, this.entry, this.composer);
        this.body = h('div', { class: 'body' }, this.rooms, conversation);
        this.element = h('section', { 'class': `pane ${kind}`, 'aria-label': side.title }, this.head, this.body);
        side.onChange = () => this.changed();
    }

    /** Goes on with the last login; a first visitor becomes the first demo user. */
    public async begin(): Promise<void> {
        this.connecting = true;
        this.draw();
        await this.attempt(async () => {
            if (await this.side.resume()) {
                await this.openFirst();
            }
        });
        this.connecting = false;
        this.changed();
    }

    private async openFirst(): Promise<void> {
        const first = this.side.rooms.find(({ name }) => name === this.side.firstRoom) ?? this.side.rooms[0];
        if (first && !this.side.opened) {
            await this.side.open(first.id);
        }
    }

    private changed(): void {
        if (!this.due) {
            this.due = true;
            requestAnimationFrame(() => {
                this.due = false;
                this.draw();
            });
        }
    }

    /** Does something that may fail, and says so in the header. */
    private async attempt(action: () => Promise<void>): Promise<void> {
        try {
            this.error = '';
            await action();
        } catch (error) {
            this.error = error instanceof Error ? error.message : String(error);
        }
        this.changed();
    }

    private draw(): void {
        this.drawHead();
        const loggedIn = this.side.person !== undefined;
        this.body.hidden = !loggedIn;
        if (loggedIn) {
            this.card?.remove();
            this.card = undefined;
            this.drawRooms();
            this.drawConversation();
        } else if (!this.card && !this.connecting) {
            this.card = loginCard(this.side, (user, password) =>
                this.attempt(async () => {
                    await this.side.logIn(user, password);
                    await this.openFirst();
                }),
            );
            this.element.append(this.card);
        }
    }

    private drawHead(): void {
        const { title, place: where, person, trouble } = this.side;
        const problem = this.error || trouble;
        const state = this.connecting ? 'connecting…' : where;
        const who =
            person &&
            h(
                'div',
                { class: 'person' },
                avatar(person.name, person.id, person.avatar),
                h('span', { class: 'name', title: person.id }, person.name),
                h('button', { type: 'button', class: 'quiet', click: () => void this.attempt(() => this.side.logOut()) }, 'Log out'),
            );
        this.head.replaceChildren(
            h('span', { class: 'dot' }),
            h('h1', {}, title),
            problem ? h('span', { class: 'trouble', role: 'alert', title: problem }, problem) : h('span', { class: 'place' }, person ? where : state),
            ...(who ? [who] : []),
        );
    }

    private drawRooms(): void {
        const item = (room: Room) => {
            const current = room.id === this.side.opened;
            return h(
                'button',
                {
                    'type': 'button',
                    'class': room.entry ? 'room outside' : 'room',
                    'aria-current': current ? 'true' : undefined,
                    'title': room.topic || room.name,
                    'click': () => void this.attempt(() => this.side.open(room.id)),
                },
                h('span', { class: `sign ${room.kind}` }, SIGNS[room.kind]),
                h('span', { class: 'name' }, room.name),
                room.entry === 'accept' && h('span', { class: 'badge' }, 'invited'),
                room.unread > 0 && !current && h('span', { class: 'badge' }, String(room.unread)),
            );
        };
        this.rooms.replaceChildren(...this.side.rooms.map(item));
    }

    private drawConversation(): void {
        const room = this.side.rooms.find(({ id }) => id === this.side.opened);
        this.title.replaceChildren(
            ...(room ? [h('h2', {}, `${room.kind === 'public' ? '#' : ''}${room.name}`), h('p', {}, room.topic ?? '')] : [h('h2', {}, 'No room yet')]),
        );
        this.list.draw(room?.id, this.side.messages);
        const inside = room !== undefined && !room.entry;
        this.composer.hidden = !inside;
        place(this.entry, room?.entry ? [this.entryButton(room)] : []);
        this.input.placeholder = room ? `Message ${room.kind === 'public' ? '#' : ''}${room.name}` : 'Message';
    }

    private entryButton(room: Room): HTMLElement {
        const label = room.entry === 'accept' ? `Accept the invitation to ${room.name}` : `Join ${room.name}`;
        return h('button', { type: 'button', class: 'primary', click: () => void this.attempt(() => this.side.enter(room.id)) }, label);
    }

    private onKey(event: KeyboardEvent): void {
        if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
            this.submit(event);
        }
    }

    private submit(event: Event): void {
        event.preventDefault();
        const text = this.input.value.trim();
        if (text) {
            this.input.value = '';
            this.list.follow();
            void this.attempt(() => this.side.send(text));
        }
    }
}
