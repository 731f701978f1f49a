/**
 * Name of a reaction on Rocket.Chat for the key of a Matrix reaction.
 * @param key a Unicode emoji, `:name:`, or any text
 * @returns `:name:`, or undefined when Rocket.Chat has no such emoji: shown as text then
 */
export function reactionName(key: string, _isCustom: (name: string) => boolean = () => false): string | undefined {
    return /^:[\w+-]+:$/.test(key) ? key : undefined;
}

/** Key of a Matrix reaction for a reaction of Rocket.Chat. @param name with or without colons @returns the Unicode emoji, `:name:` for a custom one */
export function reactionKey(name: string): string {
    return `:${name.replace(/^:|:$/g, '')}:`;
}
