import { reactionKey as annotation } from '../../convert/index';
import { eventIdOf, messageIdOf } from '../../ids/messages';
import type { MatrixEventId, MatrixUserId, RcMessageId, RcRoomId, RcUserId } from '../../ids/types';
import type { StoreKey } from '../../rocketchat/RocketChat';
import type { BridgeContext } from '../core/Context';
import { reasonOf } from '../core/Context';
import { LruMap } from '../core/LruMap';

/** What joins a thing on one side to its like on the other. */
export interface Link {
    kind: 'message' | 'reaction' | 'edit';
    event: MatrixEventId;
    /** The message, or the one that is reacted to or edited. */
    message: RcMessageId;
    room: RcRoomId;
    /** Who sent the event: one of ours, or the author of an inward event. */
    sender: MatrixUserId;
    /** Events of one message beyond the first: its further files and texts. */
    part?: number;
    /** Of a reaction: `:name:` and who reacts. */
    emoji?: string;
    userId?: RcUserId;
    /** Of an edit: the event that it changes. Once it is redacted it does not say so itself any more. */
    target?: MatrixEventId;
}

const CACHED = 50_000;
/** Links are written together: after this many milliseconds, or when this many wait. */
const WRITE_AFTER_MS = 250;
const WRITE_AT = 100;
/** How many batches that could not be written are kept. */
const MOST_FAILED = 200;
const AGAIN_MS = 5_000;

const eventKey = (id: MatrixEventId): string => `event:${id}`;
const messageKey = (id: RcMessageId): string => `message:${id}`;
/** By what Matrix knows it as: `:+1:` and `:thumbsup:` are one reaction there. */
const reactionKey = (message: RcMessageId, userId: RcUserId, emoji: string): string => `reaction:${message}:${userId}:${annotation(emoji)}`;
const goneKey = (link: Link): string => `gone:${link.event}`;
const toStoreKey = (id: string): StoreKey => ({ model: 'misc', id });

/**
 * Which event is which message. Messages that came from Matrix need no record: their id is derived from the event's.
 * Records of what went to Matrix are written in batches, one document with many keys: reading by one of them finds it.
 * A record that a crash lost can be recovered: events of ours carry the message's id (see `mark.ts`).
 */
export class Links {
    private readonly cache = new LruMap<string, Link[]>(CACHED);
    private waiting: Link[] = [];
    private writing: Promise<void> = Promise.resolve();
    private timer: Promise<void> | undefined;
    private readonly failed: Link[][] = [];
    private again: Promise<void> | undefined;

    constructor(private readonly context: BridgeContext) {}

    /** Keeps a link at once in memory, and durably within a moment. */
    public remember(link: Link): void {
        this.keep(link);
        this.waiting.push(link);
        if (this.waiting.length >= WRITE_AT) {
            void this.flush();
        } else if (!this.timer) {
            this.timer = this.context.clock.sleep(WRITE_AFTER_MS).then(() => {
                this.timer = undefined;
                return this.flush();
            });
        }
    }

    /** Writes what waits. */
    public flush(): Promise<void> {
        const links = this.waiting;
        this.waiting = [];
        if (links.length) {
            this.write(links);
        }
        return this.writing;
    }

    private write(links: Link[]): void {
        const keys = [...new Set(links.reduce<string[]>((all, link) => [...all, ...keysOf(link)], []))];
        this.writing = this.writing
            .then(() => this.context.rocketchat.store.add({ links }, ...keys.map(toStoreKey)))
            .catch((error) => this.notStored(links, error));
    }

    /** Once more a little later, as far as memory holds them; of what was sent to Matrix there is the mark in the event besides. */
    private notStored(links: Link[], error: unknown): void {
        this.context.log.error(`${links.length} links between messages and events could not be stored: ${reasonOf(error)}`);
        this.failed.push(links);
        this.failed.splice(0, this.failed.length - MOST_FAILED);
        this.again = this.again || this.context.clock.sleep(AGAIN_MS).then(() => {
            this.again = undefined;
            this.failed.splice(0).forEach((batch) => this.write(batch));
        });
    }

    /** @returns the events that a message became, the first part first; for a message from Matrix the event it was made from */
    public async eventsOf(message: RcMessageId): Promise<MatrixEventId[]> {
        const derived = eventIdOf(message);
        if (derived) {
            return [derived];
        }
        const links = (await this.find(messageKey(message))).filter((link) => link.kind === 'message');
        return links.sort((a, b) => (a.part || 0) - (b.part || 0)).map((link) => link.event);
    }

    public async linksOf(message: RcMessageId): Promise<Link[]> {
        return (await this.find(messageKey(message))).filter((link) => link.kind === 'message');
    }

    /** What is recorded of an event, of several messages the first; nothing for ordinary messages from Matrix. */
    public async ofEvent(event: MatrixEventId): Promise<Link | undefined> {
        const [first, ...others] = await this.find(eventKey(event));
        return others.reduce((lowest, link) => ((link.part || 0) < (lowest.part || 0) ? link : lowest), first);
    }

    /** @returns the parts of an event that are recorded as messages */
    public async partsOf(event: MatrixEventId): Promise<number[]> {
        return (await this.find(eventKey(event))).filter((link) => link.kind === 'message').map((link) => link.part || 0);
    }

    /** @returns the messages that are recorded as an event's, by their part */
    public async messagesOf(event: MatrixEventId): Promise<Map<number, RcMessageId>> {
        const links = (await this.find(eventKey(event))).filter((link) => link.kind === 'message');
        return new Map(links.map((link) => [link.part || 0, link.message]));
    }

    /** @returns id of the message that an event is, or would be: whether it exists must be looked up */
    public async messageOf(event: MatrixEventId): Promise<RcMessageId> {
        const link = await this.ofEvent(event);
        return link && link.kind === 'message' ? link.message : messageIdOf(event);
    }

    public async reaction(message: RcMessageId, userId: RcUserId, emoji: string): Promise<Link | undefined> {
        return (await this.find(reactionKey(message, userId, emoji)))[0];
    }

    /** A reaction is taken back: the same one may be given again later, or be there a second time (Dendrite takes doubles). */
    public async forgetReaction(link: Link): Promise<void> {
        await this.flush();
        await this.context.rocketchat.store.put({ links: [] }, toStoreKey(goneKey(link)));
        for (const key of keysOf(link)) {
            this.cache.set(key, (this.cache.get(key) || []).filter((other) => other.event !== link.event));
        }
    }

    /** @returns whether the same reaction is recorded of another event as well */
    public async isDouble({ event, message, userId, emoji }: Link): Promise<boolean> {
        const same = userId && emoji ? await this.find(reactionKey(message, userId, emoji)) : [];
        return same.some((other) => other.event !== event);
    }

    /** True when nothing is recorded in memory of this message: saves the read for messages that are surely new. */
    public isFresh(message: RcMessageId): boolean {
        return !this.cache.has(messageKey(message));
    }

    public forget(): void {
        this.cache.clear();
    }

    /** A record stands among others in one document and cannot be taken out: that a reaction is gone is a record of its own. */
    private async isGone(link: Link): Promise<boolean> {
        return link.kind === 'reaction' && Boolean(await this.context.rocketchat.store.readOne(toStoreKey(goneKey(link))));
    }

    private keep(link: Link): void {
        for (const key of keysOf(link)) {
            const others = (this.cache.get(key) || []).filter((other) => other.event !== link.event || other.message !== link.message);
            this.cache.set(key, [...others, link]);
        }
    }

    private async find(key: string): Promise<Link[]> {
        const known = this.cache.get(key);
        if (known) {
            return known;
        }
        await this.writing;
        const documents = await this.context.rocketchat.store.read<{ links: Link[] }>(toStoreKey(key));
        const links = documents.reduce<Link[]>((all, document) => [...all, ...(document.links || [])], []).filter((link) => keysOf(link).includes(key));
        const unique: Link[] = [];
        for (const link of links) {
            if (!unique.some((other) => other.event === link.event && other.message === link.message) && !(await this.isGone(link))) {
                unique.push(link);
            }
        }
        if (unique.length) {
            this.cache.set(key, unique);
        }
        return unique;
    }
}

function keysOf(link: Link): string[] {
    if (link.kind === 'message') {
        return [eventKey(link.event), messageKey(link.message)];
    }
    return [eventKey(link.event), ...(link.userId && link.emoji ? [reactionKey(link.message, link.userId, link.emoji)] : [])];
}
