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
/** Copies of one write. */
const AT_ONCE = 500;

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

/** Stand in the template for what is each copy's own. */
const COPY = '\0copy\0';
const DAY = '\0day\0';
const PART = '\0part\0';

/** Nobody is logged in as a copy; the past lies in the past; the app keeps portals in parts. */
const aged = (text: string): string => text
    .replace(/"loginTokens":\[[^\]]*\]/, '"loginTokens":[]')
    .replace(/(mxcursors:|outbound-hour:)\d{4}-\d\d-\d\d/g, `$1${DAY}`)
    .replace(/"portals:\d+"/, `"portals:${PART}"`);

/** @returns the text of a copy, from the template's text */
const copier = (text: string): ((copy: number) => string) => {
    const now = Date.now();
    const parts = text.split(/(\0(?:copy|day|part)\0)/);
    return (copy) => {
        const own: Record<string, string> = {
            [COPY]: copy.toString(36),
            [DAY]: new Date(now - (3 + (copy % DAYS)) * DAY_MS).toISOString().slice(0, 10),
            [PART]: String(copy % PORTAL_PARTS),
        };
        return parts.map((part) => own[part] ?? part).join('');
    };
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
        const copyOf = copier(originals.map((original) => `${aged(original.replace(varied, `$&${COPY}`))}\n`).join(''));
        const file = createWriteStream(join(folder, `${name}.db`), { flags: 'a' });
        for (let copy = 1; copy <= count; copy += AT_ONCE) {
            const some = Array.from({ length: Math.min(AT_ONCE, count - copy + 1) }, (_, index) => copyOf(copy + index)).join('');
            if (!file.write(some)) {
                await once(file, 'drain');
            }
        }
        written += originals.length * count;
        file.end();
        await once(file, 'close');
    }
    await forgetProcesses(folder, documents.flatMap(([name, all]) => (name === 'appsPersistence' ? all : [])));
    return written;
};

/** As if the app had never been off: else it would look through all rooms, gently, for hours. */
const forgetProcesses = async (folder: string, stored: Stored[]): Promise<void> => {
    const signs = stored.filter((document) => JSON.stringify(document).includes('"process:'));
    await appendFile(join(folder, 'appsPersistence.db'), signs.map(({ _id }) => `${JSON.stringify({ $$deleted: true, _id })}\n`).join(''));
};
