/** Where to cut, best first: between paragraphs, lines, sentences, words. */
const places = [/\n\n/g, /\n/g, /[.!?…] /g, /\s/g];
const fence = '```';
/** A link that is not over yet: `<address|label>`, `[label](address)`. */
const openLink = /(?:<[a-z][^\s<>|]*\|[^<>\n]*|\[[^[\]\n]*(?:\]\(\S*)?)$/i;

/**
 * Cuts a long text into parts that the server takes (`Message_MaxAllowedSize`, default 5,000 characters), at ends of
 * paragraphs where possible, else of lines, sentences, words, not in links. A block of code that is cut is closed and opened
 * again, a quote goes on.
 * @param limit largest length of a part in UTF-16 units
 */
export function splitText(text: string, limit = 5000): string[] {
    const parts: string[] = [];
    let rest = text;
    while (rest.length > limit) {
        const end = cutAt(rest, limit - fence.length - 1);
        const part = rest.slice(0, end).replace(/\s+$/, '');
        const open = openFence(part);
        if (part !== '') parts.push(open === undefined ? part : `${part}\n${fence}`);
        const quoted = /(?:^|\n)> [^\n]*$/.test(rest.slice(0, end)) && !rest.startsWith('\n', end);
        rest = rest.slice(end).replace(/^(?:[ \t]*\n)+/, '');
        if (open !== undefined && rest.trim() !== '') rest = `${open}\n${rest}`;
        else if (quoted) rest = `> ${rest}`;
    }
    if (rest.trim() !== '') parts.push(rest);
    return parts;
}

function cutAt(text: string, limit: number): number {
    const room = Math.max(limit, 20);
    const window = text.slice(0, room);
    for (const place of places) {
        const at = lastMatch(window, place);
        // A part that is nearly empty helps nobody: rather cut at a lesser place.
        if (at > room / 4) return beforeLink(window, at);
    }
    return /[\ud800-\udbff]$/.test(window) ? room - 1 : room;
}

/** @returns the beginning of the link that is around, else the place itself */
function beforeLink(window: string, at: number): number {
    const link = openLink.exec(window.slice(0, at));
    return link && link.index > window.length / 4 ? link.index : at;
}

/** @returns where the last match ends, 0 when there is none */
function lastMatch(window: string, place: RegExp): number {
    let end = 0;
    window.replace(place, (match: string, at: number) => {
        end = at + match.length;
        return match;
    });
    return end;
}

/** @returns the line that opened the block of code in which the text ends */
function openFence(part: string): string | undefined {
    const fences = part.split('\n').filter((line) => line.startsWith(fence));
    return fences.length % 2 === 1 ? fences[fences.length - 1] : undefined;
}
