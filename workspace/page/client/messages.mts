import { avatar, h, place } from './dom.mts';
import type { Message } from './side.mts';

const GROUP_MS = 5 * 60_000;
const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
const day = new Intl.DateTimeFormat(undefined, { weekday: 'long', day: 'numeric', month: 'long' });

/** The conversation: keeps the elements of messages that did not change, and stays at the end when it was there. */
export class MessageList {
    public readonly element = h('ol', { class: 'messages', tabindex: '0' });
    private readonly known = new Map<string, { version: string; element: HTMLElement }>();
    private roomId: string | undefined;
    private following = true;

    constructor() {
        this.element.addEventListener('scroll', () => {
            const { scrollHeight, scrollTop, clientHeight } = this.element;
            this.following = scrollHeight - scrollTop - clientHeight < 40;
        });
    }

    /** From now on the newest message stays in sight. */
    public follow(): void {
        this.following = true;
    }

    public draw(roomId: string | undefined, messages: Message[]): void {
        if (roomId !== this.roomId) {
            this.roomId = roomId;
            this.known.clear();
            this.following = true;
        }
        const elements: HTMLElement[] = [];
        let before: Message | undefined;
        for (const message of messages) {
            const newDay = before?.time.toDateString() !== message.time.toDateString();
            if (newDay) {
                elements.push(this.reuse(`day ${message.time.toDateString()}`, '', () => h('li', { class: 'day' }, day.format(message.time))));
            }
            const goesOn = !newDay && continues(before, message);
            elements.push(this.reuse(message.id, `${message.version} ${goesOn}`, () => draw(message, goesOn)));
            before = message;
        }
        place(this.element, elements);
        if (this.following) {
            this.element.scrollTop = this.element.scrollHeight;
        }
    }

    private reuse(id: string, version: string, make: () => HTMLElement): HTMLElement {
        const found = this.known.get(id);
        if (found?.version === version) {
            return found.element;
        }
        const element = make();
        this.known.set(id, { version, element });
        return element;
    }
}

/** Whether the message stands under the name of the one before. */
function continues(before: Message | undefined, message: Message): boolean {
    return (
        before !== undefined &&
        !before.notice &&
        !message.notice &&
        before.author.id === message.author.id &&
        before.author.name === message.author.name &&
        message.time.getTime() - before.time.getTime() < GROUP_MS
    );
}

function draw(message: Message, goesOn: boolean): HTMLElement {
    const time = h('time', { datetime: message.time.toISOString(), title: message.time.toLocaleString() }, clock.format(message.time));
    const text = h('div', { class: 'text' }, message.content);
    if (message.notice) {
        const hint = message.notice === 'whisper' && h('span', { class: 'hint' }, 'Only you see this');
        return h('li', { class: `notice ${message.notice}` }, h('div', {}, text, hint), time);
    }
    const reactions = message.reactions.map(({ key, count }) => h('span', { class: 'reaction' }, `${key} ${count}`));
    return h(
        'li',
        { 'class': `message${goesOn ? ' goes-on' : ''}${message.sending ? ' sending' : ''}`, 'data-id': message.id },
        goesOn ? time : avatar(message.author.name, message.author.id, message.author.avatar),
        h(
            'div',
            { class: 'said' },
            !goesOn && h('div', { class: 'by' }, h('span', { class: 'author', title: message.author.id }, message.author.name), time),
            text,
            message.edited && h('span', { class: 'hint' }, '(edited)'),
            reactions.length > 0 && h('div', { class: 'reactions' }, ...reactions),
        ),
    );
}
