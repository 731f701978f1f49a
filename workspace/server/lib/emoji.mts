import { createRequire } from 'node:module';
import type { Server } from '../context.mts';

let known: Set<string> | undefined;

/**
 * The short names of the server's emoji set: JoyPixels (apps/meteor/app/emoji-native), from the data set that lists them.
 * The file is found from the working directory, which is the repository's root in every process of ours.
 */
function shortNames(): Set<string> {
    if (known) return known;
    const require = createRequire(`${process.cwd()}/package.json`);
    const data = require('emojibase-data/en/shortcodes/joypixels.json') as Record<string, string | string[]>;
    known = new Set(Object.values(data).flat());
    return known;
}

/** Whether a reaction may have this name (without colons): a short name of the set, or a custom emoji's name or alias. */
export async function isKnownEmoji(server: Server, name: string): Promise<boolean> {
    if (shortNames().has(name)) return true;
    return (await server.collections.emojiCustom.findOneAsync({ $or: [{ name }, { aliases: name }] })) !== null;
}
