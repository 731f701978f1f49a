import { loadEmojiTable } from '../../../vendor/emojiTable';

/** One emoji with all its names. */
export interface Emoji {
    /** As it stands in a text. */
    characters: string;
    /** As it stands in the key of a reaction: with U+FE0F where the character has a text form, too. */
    key: string;
}

interface Table {
    byName: Map<string, Emoji>;
    /** Keys are without U+FE0F; values are the first names. */
    byCharacters: Map<string, string>;
}

const tones = ['\u{1f3fb}', '\u{1f3fc}', '\u{1f3fd}', '\u{1f3fe}', '\u{1f3ff}'];
let loaded: Table | undefined;

/** The Unicode emoji and Rocket.Chat's names of them, made from `vendor/emojiTable.ts` at the first use. */
export function emojiTable(): Table {
    if (loaded === undefined) loaded = read((loadEmojiTable() as { table: string }).table);
    return loaded;
}

export const withoutSelectors = (characters: string): string => characters.replace(/\ufe0f/g, '');

function read(source: string): Table {
    const table: Table = { byName: new Map(), byCharacters: new Map() };
    for (const line of source.split('\n')) {
        const [head, ...names] = line.split(' ');
        const [, characters, selector, toned] = /^(.+?)(\+?)(\*?)$/u.exec(head) as RegExpExecArray;
        add(table, { characters, key: selector ? `${characters}\ufe0f` : characters }, names);
        if (!toned) continue;
        const [first, ...rest] = Array.from(characters);
        tones.forEach((tone, index) => {
            const form = first + tone + (rest[0] === '\ufe0f' ? rest.slice(1) : rest).join('');
            add(table, { characters: form, key: form }, names.map((name) => `${name}_tone${index + 1}`));
        });
    }
    return table;
}

function add(table: Table, emoji: Emoji, names: string[]): void {
    for (const name of names) {
        if (!table.byName.has(name)) table.byName.set(name, emoji);
    }
    const plain = withoutSelectors(emoji.characters);
    if (!table.byCharacters.has(plain)) table.byCharacters.set(plain, names[0]);
}
