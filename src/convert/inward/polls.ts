import type { MatrixUserId } from '../../ids/types';
import type { Content } from '../../matrix/Homeserver';
import type { InwardContext } from '../types';
import { isObject, text } from '../values';
import { extensibleText } from './kinds';
import { quietLine } from './text';

/** Polls (MSC3381), in the stable and in the unstable form that clients send. */
const names = (part: string): string[] => [`m.poll.${part}`, `org.matrix.msc3381.poll.${part}`];
export const isPollStart = (type: string): boolean => names('start').includes(type);
export const isPollResponse = (type: string): boolean => names('response').includes(type);
export const isPollEnd = (type: string): boolean => names('end').includes(type);

/** The answer of one person. Of several answers of a person the newest counts. */
export interface PollAnswer {
    sender: MatrixUserId;
    /** Content of the response event. */
    content: Content;
    /** `origin_server_ts`. */
    ts: number;
}

interface Poll {
    question: string;
    options: { id: string; text: string }[];
    selections: number;
}

/** The most options that a poll may have by the specification. */
const mostOptions = 20;

function readPoll(content: Content): Poll | undefined {
    const poll = [content['m.poll'], ...names('start').map((name) => content[name])].find(isObject);
    if (!poll) return undefined;
    const options = (Array.isArray(poll.answers) ? poll.answers : []).filter(isObject).slice(0, mostOptions).map((answer) => ({
        id: text(answer['m.id'] ?? answer.id, 500) ?? '',
        text: (extensibleText(answer) ?? '').slice(0, 500),
    }));
    const selections = Number(poll.max_selections);
    return { question: (extensibleText(poll.question) ?? '').slice(0, 2000), options, selections: selections >= 1 ? Math.floor(selections) : 1 };
}

/** A poll as text: the question and the numbered options. */
export function convertPollStart(content: Content, _context: InwardContext = {}): string {
    const poll = readPoll(content);
    if (!poll) return `📊 ${quietLine(extensibleText(content) ?? 'Poll')}`;
    const several = poll.selections > 1 ? ` (up to ${poll.selections} answers)` : '';
    return [`📊 ${quietLine(poll.question)}${several}`, ...poll.options.map((option, index) => `${index + 1}. ${quietLine(option.text)}`), 'Votes are given on Matrix.'].join('\n');
}

/**
 * The results of a poll that was closed.
 * @param start content of the event that began it
 * @param answers all responses, in any order; those that name no option, or more than allowed, count as MSC3381 says
 */
export function pollResults(start: Content, answers: PollAnswer[]): string {
    const poll = readPoll(start);
    if (!poll) return '📊 The poll was closed.';
    const newest = new Map<string, PollAnswer>();
    for (const answer of answers) {
        const before = newest.get(answer.sender);
        if (!before || answer.ts >= before.ts) newest.set(answer.sender, answer);
    }
    const votes = new Map<string, number>();
    for (const { content } of newest.values()) {
        for (const id of chosen(content, poll)) votes.set(id, (votes.get(id) ?? 0) + 1);
    }
    const lines = poll.options.map(({ id, text: option }, index) => `${index + 1}. ${quietLine(option)}: ${votes.get(id) ?? 0}`);
    return [`📊 ${quietLine(poll.question)} (closed)`, ...lines].join('\n');
}

function chosen(content: Content, poll: Poll): string[] {
    const response = names('response').map((name) => content[name]).find(isObject);
    const given = content['m.selections'] ?? response?.answers;
    const ids = (Array.isArray(given) ? given : []).slice(0, poll.selections);
    // One answer that is no option makes the whole response a spoilt one.
    return ids.every((id) => poll.options.some((option) => option.id === id)) ? [...new Set(ids as string[])] : [];
}
