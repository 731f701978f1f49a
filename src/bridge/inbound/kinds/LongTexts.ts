import { splitText } from '../../../convert/index';
import { messageIdOf } from '../../../ids/messages';
import type { RcMessageId } from '../../../ids/types';
import type { MatrixEvent } from '../../../matrix/Homeserver';
import type { PostMessage, RcMessage } from '../../../rocketchat/RocketChat';
import { BridgeError } from '../../../errors/BridgeError';
import type { Parts } from '../../core/Parts';
import { postOnce } from '../posting';

/** Server setting `Message_MaxAllowedSize`, when it cannot be read. */
const DEFAULT_LIMIT = 5_000;
const LIMIT_LIFE_MS = 300_000;
/** Texts up to this length go by the setting as it was read last; for longer ones it is read anew, as it can change at any time. */
const SHORT = 1_000;
/** A text that would take more messages is posted as its beginning, with the whole as a file. */
const MAX_PARTS = 4;
/** More than an event can fill, however short they must be. */
export const MAX_MESSAGES = 1_000;
const CUT = '\n[…]';
/** Name of the file that holds the whole of a very long text. */
export const LONG_TEXT = 'message.txt';
const TOO_LONG = 'rocketchat.error-message-size-exceeded';

/** A text as the messages that it becomes. */
export interface Divided {
    texts: string[];
    /** The texts are only the beginning: the whole goes into a file. */
    isCut: boolean;
}

type Written = Pick<MatrixEvent, 'event_id' | 'sender' | 'origin_server_ts'>;

/** Texts that are longer than one message may be (server: `executeSendMessage`, `Message_MaxAllowedSize`). */
export class LongTexts {
    private limit = { characters: 0, readAt: 0 };

    constructor(private readonly parts: Parts) {}

    /** @returns the messages that a text becomes; of a very long one only the beginning */
    public async divide(text: string): Promise<Divided> {
        const limit = await this.characters(text.length);
        const texts = splitText(text, limit);
        return texts.length > MAX_PARTS ? { texts: [`${splitText(text, limit - CUT.length)[0]}${CUT}`], isCut: true } : { texts, isCut: false };
    }

    /** @returns whether the whole of the text is in a file of the message */
    public isCut({ text, files, attachments }: RcMessage): boolean {
        return text.endsWith(CUT) && files.some(({ name }) => name === LONG_TEXT) && attachments.some(({ title }) => title === LONG_TEXT);
    }

    /** @returns the messages that a text becomes, however many they are */
    public async whole(text: string): Promise<string[]> {
        return splitText(text, await this.characters(text.length));
    }

    /**
     * The server did not take a text.
     * @param left that text, and those that were to follow
     * @returns them in shorter pieces, when the limit was lowered meanwhile
     * @throws the error, when it is another
     */
    public async shortened(error: unknown, left: string[]): Promise<string[]> {
        this.limit.readAt = 0;
        const limit = await this.characters(SHORT);
        if (!(error instanceof BridgeError) || error.code !== TOO_LONG || left[0].length <= limit) {
            throw error;
        }
        return left.reduce<string[]>((texts, text) => [...texts, ...splitText(text, limit)], []);
    }

    /**
     * Brings the further messages of a text in line with its edit: changes, adds and removes them.
     * @param event whose text it is: the first one, by its author
     * @param before text of the first message as it was
     * @param frame what a further message is posted with
     */
    public async editFurther(event: Written, before: string, texts: string[], frame: Omit<PostMessage, 'id' | 'text'>): Promise<void> {
        // A first message that is short had none behind it.
        if (texts.length < 2 && before.length < (await this.characters(0)) / 8) {
            return;
        }
        const { rocketchat } = this.parts.context;
        const recorded = await this.parts.links.messagesOf(event.event_id);
        for (let part = 1; part < MAX_MESSAGES; part += 1) {
            const id: RcMessageId = recorded.get(part) || messageIdOf(event.event_id, part);
            const there = await rocketchat.message(id);
            const text = texts[part];
            if (there && there.files.length) {
                // A further file of the event, not a further text.
                continue;
            }
            if (there && there.roomId === frame.roomId) {
                await (text === undefined ? rocketchat.delete(id, frame.senderId) : rocketchat.edit(id, frame.senderId, { text }));
            } else if (text !== undefined) {
                await postOnce(this.parts, event, { ...frame, id, text }, part);
            } else {
                return;
            }
        }
    }

    private async characters(length: number): Promise<number> {
        const { rocketchat, clock } = this.parts.context;
        const isOld = !this.limit.characters || clock.now() - this.limit.readAt > LIMIT_LIFE_MS;
        if (isOld || length > Math.min(SHORT, this.limit.characters)) {
            const set = Number(await rocketchat.serverSetting<number>('Message_MaxAllowedSize').catch(() => undefined));
            this.limit = { characters: set > 100 ? set : DEFAULT_LIMIT, readAt: clock.now() };
        }
        return this.limit.characters;
    }
}
