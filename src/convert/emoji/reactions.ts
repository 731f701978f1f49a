import { emojiTable, withoutSelectors, type Emoji } from './table';

const textSelector = /\ufe0e$/;

const bare = (name: string): string => name.replace(/^:|:$/g, '');

const tones = ['light', 'medium_light', 'medium', 'medium_dark', 'dark'];

/** Rocket.Chat also knows the tones in words: `:wave_light_skin_tone:` is `:wave_tone1:`. */
function named(name: string): Emoji | undefined {
    const { byName } = emojiTable();
    const [, base, tone] = /^(.+?)_(light|medium_light|medium|medium_dark|dark)_skin_tone$/.exec(bare(name)) ?? [];
    return byName.get(bare(name)) ?? (tone === undefined ? undefined : byName.get(`${base}_tone${tones.indexOf(tone) + 1}`));
}

/**
 * Name of a reaction on Rocket.Chat for the key of a Matrix reaction.
 * @param key a Unicode emoji, `:name:`, or whatever a stranger has sent
 * @param isCustom tells whether the workspace has a custom emoji of this name
 * @returns `:name:`; undefined when Rocket.Chat has no such emoji: to be shown as text then
 */
export function reactionName(key: string, isCustom: (name: string) => boolean = () => false): string | undefined {
    const table = emojiTable();
    const first = table.byCharacters.get(withoutSelectors(key.trim()).replace(textSelector, ''));
    if (first !== undefined) return `:${first}:`;
    const [, name] = /^:([\w+.-]{1,100}):$/.exec(key) ?? [];
    return name !== undefined && (table.byName.has(name) || isCustom(name)) ? key : undefined;
}

/**
 * Key of a Matrix reaction for a reaction of Rocket.Chat.
 * @param name with or without colons
 * @returns the Unicode emoji in the form that Element uses (so that both count as one), `:name:` for a custom one
 */
export function reactionKey(name: string): string {
    return named(name)?.key ?? `:${bare(name)}:`;
}

/** @returns the Unicode emoji of a short name for use in a text, undefined for custom and unknown ones */
export const emojiOf = (name: string): string | undefined => named(name)?.characters;
