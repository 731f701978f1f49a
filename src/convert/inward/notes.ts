import { answering, quoteLink, unknownTarget } from './answers';
import type { MatrixEventId, MatrixRoomId } from '../../ids/types';
import { cut } from '../values';
import { quietLine } from './text';

const longestReason = 500;
const inOneLine = (text: string): string => quietLine(cut(text.trim(), longestReason));

/**
 * What the person says who deleted a message for a reason.
 * @param author whose message it was; left out for the own one
 */
export const deletionNote = (reason: string, author?: string): string =>
    `🗑️ _deleted a message ${author === undefined ? 'on Matrix:_' : `of_ ${inOneLine(author)} _on Matrix:_`} ${inOneLine(reason)}`;

/** In place of a text from which all was taken by an edit: Rocket.Chat knows no empty message. */
export const emptyNote = '_(empty message)_';

/** Under the caption of a file in whose place an edit put another one. @param filename of the new one */
export const replacedNote = (filename: string): string => `📎 _has become another file on Matrix:_ ${inOneLine(filename)}`;

/** An event whose pin changed, with the link to its message; without one it is no message here. */
export interface Pin {
    event: MatrixEventId;
    link?: string;
}

/** What the person says who pinned or unpinned something: each message as a quote. */
export function pinNote(room: MatrixRoomId, { pinned, unpinned }: { pinned: Pin[]; unpinned: Pin[] }): string {
    const say = (pins: Pin[], done: string): string => {
        const links = pins.map(({ event, link }) => (link ? quoteLink(link) : unknownTarget(room, event))).join(' ');
        return pins.length ? answering(`📌 _${done} ${pins.length > 1 ? 'these messages' : 'this message'} on Matrix_`, links) : '';
    };
    return [say(pinned, 'pinned'), say(unpinned, 'unpinned')].filter(Boolean).join('\n');
}
