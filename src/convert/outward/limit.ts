import type { OutwardText, TextContent } from '../types';
import { cut, jsonSize } from '../values';

/** The event may have 65,536 bytes in all, signatures and ids included (Matrix spec, "Size limits"). */
const defaultBytes = 60000;
const note = '\n[…]';

/**
 * Makes a content fit into an event: formatting is left out first, then the text is cut and given back whole, to be sent
 * as a file.
 * @param maxBytes size of the content as JSON
 */
export function fit(content: TextContent, maxBytes = defaultBytes): Pick<OutwardText, 'content' | 'whole'> {
    if (jsonSize(content) <= maxBytes) return { content };
    const plain = { ...content };
    delete plain.format;
    delete plain.formatted_body;
    if (jsonSize(plain) <= maxBytes) return { content: plain };
    const room = maxBytes - jsonSize({ ...plain, body: note });
    let body = cut(content.body, Math.max(room, 0));
    for (let size = jsonSize(body); size > room && body !== ''; size = jsonSize(body)) {
        // Characters have up to six bytes: each step takes what would fit if all of them were alike.
        body = cut(body, Math.min(Math.floor((body.length * Math.max(room, 0)) / size), body.length - 1));
    }
    return { content: { ...plain, body: body + note }, whole: content.body };
}
