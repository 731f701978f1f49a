/**
 * Splits the text after a slash command into its arguments: at white space, quotes of either kind keep words together and
 * vanish, `\"` inside them is a quote. Server: `lib/utils/parseParameters.ts`.
 */
export function parseParameters(text: string): string[] {
    const items: string[] = [];
    let item = '';
    const finish = (): void => {
        if (item) items.push(item);
        item = '';
    };
    for (let index = 0; index < text.length; index++) {
        const sign = text[index];
        if (/[ \n\r\t]/.test(sign)) {
            finish();
            continue;
        }
        const end = sign === '"' || sign === "'" ? closing(text, index) : -1;
        if (end < 0) {
            item += sign;
            continue;
        }
        item += text.slice(index + 1, end);
        // Two quoted parts that touch are two arguments.
        if (text[end + 1] === '"' || text[end + 1] === "'") finish();
        index = end;
    }
    finish();
    return items.map((word) => word.replace(/\\"/g, '"'));
}

function closing(text: string, start: number): number {
    for (let index = start + 1; index < text.length; index++) {
        if (text[index] === '\\') index++;
        else if (text[index] === text[start]) return index;
    }
    return -1;
}
