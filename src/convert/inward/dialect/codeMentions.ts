import { joiner } from './runs';

const code = /```[\s\S]*?```|`[^`\n]+`/g;
/** As the server finds them, in the raw text (`apps/meteor/app/mentions/lib/MentionsParser.ts`). */
const mention = /(^|\s|>)@([0-9a-zA-Z_.-]+)/gm;

/** @returns the names behind an `@` in the code of a text: who has such a name would be rung by the server */
export function mentionsInCode(text: string): string[] {
    const names = new Set<string>();
    if (text.includes('@') && text.includes('`')) {
        for (const piece of text.match(code) ?? []) {
            piece.replace(mention, (all, _before: string, name: string) => {
                names.add(name);
                return all;
            });
        }
    }
    return [...names];
}

/** Code rings nobody: the names of people in it are broken up by an invisible character. */
export const withoutMentionsInCode = (text: string, names: ReadonlySet<string>): string => (names.size === 0 ? text : text.replace(code, (piece) =>
    piece.replace(mention, (all, before: string, name: string) => (names.has(name) ? `${before}@${joiner}${name}` : all))));
