/** Makes a store large: copies of what the app has stored of one room, each with ids of its own. Written as the store writes its files. */
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { appendFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Template } from './template.mts';

/** What there is one of for each room. */
const copied = ['users', 'rooms', 'subscriptions', 'messages', 'appsPersistence'] as const;
/** Days over which the past is spread: what is older than two days is not active. */
const DAYS = 1_000;
const DAY_MS = 86_400_000;
const PORTAL_PARTS = 32;

interface Stored {
    _id: string;
    [key: string]: unknown;
}

const lines = async (file: string): Promise<Stored[]> =>
    (await readFile(file, 'utf8')).split('\n').filter(Boolean).map((line) => JSON.parse(line)).filter((document) => document._id !== undefined);

/** Ids of documents, and those of Matrix, that stand in their texts. */
const idsIn = (texts: string[]): string[] => {
    const matrix = texts.flatMap((text) => text.match(/[!$][0-9A-Za-z_-]{20,}|mx[0-9A-Za-z_-]{20,}/g) ?? []);
    return [...new Set([...texts.map((text) => JSON.parse(text)._id as string), ...matrix])];
};

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** Nobody is logged in as a copy; the past lies in the past; the app keeps portals in parts. */
const aged = (text: string, copy: number): string => {
    const day = new Date(Date.now() - (3 + (copy % DAYS)) * DAY_MS).toISOString().slice(0, 10);
    return text
        .replace(/"loginTokens":\[[^\]]*\]/, '"loginTokens":[]')
        .replace(/(mxcursors:|outbound-hour:)\d{4}-\d\d-\d\d/g, `$1${day}`)
        .replace(/"portals:\d+"/, `"portals:${copy % PORTAL_PARTS}"`);
};

/**
 * @param folder a workspace's data after the app has made the template
 * @param count rooms that are added, each with two users, some messages and what the app keeps of them
 * @returns how many documents were written
 */
export const fill = async (folder: string, { names, rooms }: Template, count: number): Promise<number> => {
    const documents = await Promise.all(copied.map(async (name) => [name, await lines(join(folder, `${name}.db`))] as const));
    // A document belongs to the template when it names the room, or one of its people.
    const marks = [...names, ...rooms];
    const belongs = (text: string): boolean => marks.some((mark) => text.includes(mark));
    const template = documents.map(([name, all]) => [name, all.map((document) => JSON.stringify(document)).filter(belongs)] as const);
    const texts = template.flatMap(([, all]) => all);
    const varied = new RegExp([...idsIn(texts), ...names].sort((a, b) => b.length - a.length).map(escaped).join('|'), 'g');

    let written = 0;
    for (const [name, originals] of template) {
        const file = createWriteStream(join(folder, `${name}.db`), { flags: 'a' });
        for (let copy = 1; copy <= count; copy++) {
            const text = originals.map((original) => aged(original.replace(varied, (id) => `${id}${copy.toString(36)}`), copy)).join('\n');
            written += originals.length;
            if (!file.write(`${text}\n`)) {
                await once(file, 'drain');
            }
        }
        file.end();
        await once(file, 'close');
    }
    await forgetProcesses(join(folder, 'appsPersistence.db'));
    return written;
};

/** As if the app had never been off: else it would look through all rooms, gently, for hours. */
const forgetProcesses = async (file: string): Promise<void> => {
    const signs = (await lines(file)).filter((document) => JSON.stringify(document).includes('"process:'));
    await appendFile(file, signs.map(({ _id }) => `${JSON.stringify({ $$deleted: true, _id })}\n`).join(''));
};
