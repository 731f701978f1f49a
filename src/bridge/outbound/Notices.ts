import { cut } from '../../convert/values';
import { BridgeError } from '../../errors/BridgeError';
import type { RcMessage, RcUser } from '../../rocketchat/RocketChat';
import type { BridgeContext } from '../core/Context';
import { reasonOf } from '../core/Context';
import { isServersTrouble } from '../core/databaseTrouble';
import { sentenceFor } from '../core/refusals';
import type { DeadLetters } from '../deadletters/DeadLetters';
import { reasonFor } from '../deadletters/Retries';
import type { OutItem } from './items';
import { identityOf, inWords } from './items';

const QUOTED = 80;
/** Whoever wrote something longer ago may not be there to see a note that is shown once: they get a direct message. */
const LATE_MS = 300_000;

/** What did not happen to the message. Failures of the other kinds are told where they are met. */
const VERBS: Partial<Record<OutItem['kind'], string>> = { message: 'delivered', edit: 'changed', delete: 'deleted', reaction: 'reacted to', pin: 'pinned or unpinned' };

/** Who is told of a failure, and on which message. */
export interface Concerned {
    message?: RcMessage;
    actor: RcUser;
}

/** @returns the beginning of what was written, as the subject of a sentence */
function subjectOf({ text }: RcMessage): string {
    const quoted = cut(text.replace(/\s+/g, ' ').replace(/[`*_~]/g, ''), QUOTED);
    return quoted ? `“${quoted}${text.length > QUOTED ? '…' : ''}”` : 'Your message';
}

/** What did not reach Matrix: kept as a dead letter, and told to who did it, in words, on the message, once. */
export class Notices {
    constructor(
        private readonly context: BridgeContext,
        private readonly deadLetters: DeadLetters,
    ) {}

    /**
     * Never throws. The note is worded by whether the failure is certain.
     * @returns false when the server's database is away, so that neither the thing could be done nor a letter of it be kept: it is to be
     * done later, and nobody is told
     */
    public async failed(item: OutItem, { message, actor }: Concerned, error: unknown): Promise<boolean> {
        const certain = error instanceof BridgeError && error.certain;
        this.context.log.error(`Room ${item.room}: ${inWords(item)} could not be brought to Matrix: ${reasonOf(error)}`);
        const { isNew, isStored } = await this.deadLetters.add({
            direction: 'out', room: item.room, identity: identityOf(item), what: inWords(item), reason: reasonFor(error), certain, payload: JSON.stringify(item),
        }, item.kind === 'edit' ? message && message.editedAt : item.kind === 'reaction' ? item.at : undefined);
        if (!isStored && isServersTrouble(error)) {
            return false;
        }
        const verb = VERBS[item.kind];
        if (isNew && message && verb) {
            const at = item.kind === 'message' ? message.ts : item.kind === 'edit' ? message.editedAt : undefined;
            await this.tell(message, actor, `${subjectOf(message)} ${certain ? 'was not' : 'may not have been'} ${verb} on Matrix. ${sentenceFor(error)}`, { at });
        }
        return true;
    }

    /** An administrator let it be tried again. Never throws. */
    public async arrived(message: RcMessage): Promise<void> {
        await this.tell(message, message.sender, `${subjectOf(message)} was delivered to Matrix now.`, { at: message.ts, sign: ':white_check_mark:' });
    }

    /** Somebody edited what a person on Matrix wrote: there only its author can. Never throws. */
    public async notTheirs(message: RcMessage, editor: RcUser): Promise<void> {
        if (message.sender.isPuppet) {
            await this.tell(message, editor, `${subjectOf(message)} is changed only here: on Matrix only its author can change a message.`);
        }
    }

    /** @param at milliseconds since the epoch: when it was done that is spoken of; now, when it is not known */
    private async tell(message: RcMessage, to: RcUser, sentence: string, { at, sign = ':warning:' }: { at?: number; sign?: string } = {}): Promise<void> {
        const { rocketchat, clock, log } = this.context;
        try {
            if (at !== undefined && clock.now() - at > LATE_MS) {
                const room = await rocketchat.room(message.roomId);
                const name = room && (room.displayName || room.name);
                await rocketchat.tell(to.id, `${sign} ${name && room.kind !== 'd' ? `In #${name}: ` : ''}${sentence}`);
            } else {
                await rocketchat.whisper(to.id, message.roomId, `${sign} ${sentence}`, { threadId: message.threadId });
            }
        } catch (failure) {
            log.error(`The notice of it could not be shown: ${reasonOf(failure)}`);
        }
    }
}
