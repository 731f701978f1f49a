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
    for (let over = jsonSize(body) - room; over > 0 && body !== ''; over = jsonSize(body) - room) {
        // At most six bytes for a character of the text: each step takes a share that is surely needed.
        body = cut(body, body.length - Math.max(Math.ceil(over / 6), 1));
    }
    return { content: { ...plain, body: body + note }, whole: content.body };
}
