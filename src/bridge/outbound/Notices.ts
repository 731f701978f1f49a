import { BridgeError } from '../../errors/BridgeError';
import type { RcMessage, RcUser } from '../../rocketchat/RocketChat';
import type { BridgeContext } from '../core/Context';
import { reasonOf } from '../core/Context';
import { sentenceFor } from '../core/refusals';

const QUOTED = 80;

/** Tells people what did not reach Matrix: in words, on the message, worded by whether the failure is certain. */
export class Notices {
    constructor(private readonly context: BridgeContext) {}

    /** @param what happened to the message: `was not delivered`, for an edit `was not changed`, … */
    public async failed(message: RcMessage, to: RcUser, what: 'delivered' | 'changed' | 'deleted' | 'reacted to', error: unknown): Promise<void> {
        this.context.log.error(`Message ${message.id} of room ${message.roomId} could not be ${what} on Matrix: ${reasonOf(error)}`);
        const certain = error instanceof BridgeError && error.certain;
        const quoted = message.text.replace(/\s+/g, ' ').replace(/[`*_~]/g, '').slice(0, QUOTED);
        const subject = quoted ? `“${quoted}${message.text.length > QUOTED ? '…' : ''}”` : 'Your message';
        const sentence = `:warning: ${subject} ${certain ? 'was not' : 'may not have been'} ${what} on Matrix. ${sentenceFor(error)}`;
        try {
            await this.context.rocketchat.whisper(to.id, message.roomId, sentence, { threadId: message.threadId });
        } catch (failure) {
            this.context.log.error(`The notice of it could not be shown: ${reasonOf(failure)}`);
        }
    }
}
