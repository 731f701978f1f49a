/** Where to cut, best first: between paragraphs, lines, sentences, words. */
const places = [/\n\n/g, /\n/g, /[.!?…] /g, /\s/g];
const fence = '```';

/**
 * Cuts a long text into parts that the server takes (`Message_MaxAllowedSize`, default 5,000 characters), at ends of
 * paragraphs where possible, else of lines, sentences, words. A block of code that is cut is closed and opened again.
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
        rest = rest.slice(end).replace(/^(?:[ \t]*\n)+/, '');
        if (open !== undefined && rest.trim() !== '') rest = `${open}\n${rest}`;
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
        if (at > room / 4) return at;
    }
    return /[\ud800-\udbff]$/.test(window) ? room - 1 : room;
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
