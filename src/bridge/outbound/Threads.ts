import { readRelation, relate } from '../../convert/index';
import { BridgeError } from '../../errors/BridgeError';
import type { MatrixEventId } from '../../ids/types';
import type { Content } from '../../matrix/Homeserver';
import type { RcUser } from '../../rocketchat/RocketChat';
import { LruMap } from '../core/LruMap';
import type { Parts } from '../core/Parts';
import type { Ghost } from '../people/Ghosts';
import type { Portal } from '../portals/Portal';
import type { Outgoing, Sender } from './Sender';

const REMEMBERED = 2_000;

/** Synapse refuses relations to events that it does not know, and threads that begin inside of threads (Dendrite takes both). */
const isRefused = (error: unknown): boolean => error instanceof BridgeError && error.status === 400 && error.errcode === 'M_UNKNOWN';

/** Sends messages of threads, also of those that the homeserver does not take as they are: nothing is kept back for its thread. */
export class Threads {
    /** What a refused root was replaced by: the root of the thread that it is in, or nothing. */
    private readonly replaced = new LruMap<MatrixEventId, MatrixEventId | null>(REMEMBERED);

    constructor(
        private readonly parts: Parts,
        private readonly sender: Sender,
    ) {}

    /**
     * @returns also whether the event stands in a thread now
     * @throws BridgeError when the event cannot be delivered
     */
    public async send(portal: Portal, user: RcUser, event: Outgoing): Promise<{ eventId: MatrixEventId; ghost: Ghost; threaded: boolean }> {
        const { thread: wanted } = readRelation(event.content);
        const known = wanted && this.replaced.get(wanted);
        const root = known === undefined ? wanted : known || undefined;
        try {
            const content = root === wanted ? event.content : inThread(event.content, root);
            return { ...(await this.sender.send(portal, user, { ...event, content })), threaded: root !== undefined };
        } catch (error) {
            if (!wanted || !root || !isRefused(error)) {
                throw error;
            }
            const outer = root === wanted ? await this.rootOf(portal, root) : undefined;
            this.replaced.set(wanted, outer || null);
            return this.send(portal, user, event);
        }
    }

    /** @returns the root of the thread that an event is in */
    private async rootOf(portal: Portal, event: MatrixEventId): Promise<MatrixEventId | undefined> {
        const { homeserver, namespace } = this.parts.context;
        const found = await homeserver.event(portal.matrixRoomId, event, namespace.actingAs(portal.host)).catch(() => undefined);
        const root = found && readRelation(found.content).thread;
        return root === event ? undefined : root;
    }
}

/** The content in another thread; without a root as a mere answer, which homeservers take to any event. */
function inThread(content: Content, root?: MatrixEventId): Content {
    const { replyTo, thread } = readRelation(content);
    return relate(content, root ? { thread: { root }, ...(replyTo && { replyTo }) } : { replyTo: replyTo || thread });
}
