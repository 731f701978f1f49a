/** The book-keeping of the abuse: what was written on one side, what a reader finds on the other. Pure functions. */

/** The way that messages go: from Rocket.Chat to Matrix, or from Matrix to Rocket.Chat. */
export type Way = 'out' | 'in';

/** A message of a writer as a reader finds it, in the order of the list that it stands in. */
export interface Found {
    way: Way;
    /** Counted per room and way. */
    number: number;
    /** By the reader's clock, milliseconds; equal times are no disorder. */
    at: number;
    /** When it was written, as its side says; milliseconds. */
    writtenAt: number;
    /** The time of writing that the message itself shows because it came late, milliseconds. */
    saysTime?: number;
}

export interface Account {
    sent: number;
    arrived: number;
    /** Texts, as in `lost: ['welcome out 17']`. */
    lost: string[];
    doubled: string[];
    disordered: string[];
    /** At the target but not at the source. */
    unknown: string[];
}

/** The text of a message. Words around it do not matter: bridges may put a time or a quote before it. */
export const textOf = (way: Way, number: number): string => `${way} no. ${number}.`;

/** @returns what the text says, undefined for any other text */
export const readText = (text: string): { way: Way; number: number } | undefined => {
    const match = /\b(out|in) no\. (\d+)\./.exec(text);
    return match ? { way: match[1] as Way, number: Number(match[2]) } : undefined;
};

/**
 * Compares one way of one room.
 * @param source all messages there, in the order of reading
 * @param target likewise
 */
export const compare = (room: string, way: Way, source: Found[], target: Found[]): Account => {
    const name = (number: number): string => `${room} ${way} ${number}`;
    const written = source.filter((found) => found.way === way);
    const there = target.filter((found) => found.way === way);
    const places = new Map(written.map(({ number }, place) => [number, place]));
    const counts = new Map<number, number>();
    there.forEach(({ number }) => counts.set(number, (counts.get(number) ?? 0) + 1));
    return {
        sent: written.length,
        arrived: [...places.keys()].filter((number) => counts.has(number)).length,
        lost: [...places.keys()].filter((number) => !counts.has(number)).map(name),
        doubled: [...counts].filter(([, count]) => count > 1).map(([number]) => name(number)),
        unknown: [...counts.keys()].filter((number) => !places.has(number)).map(name),
        disordered: disordered(written, there, places).map(({ number }) => name(number)),
    };
};

/** Those that stand after a younger one. Who came late and says so stands right where the time that it shows is its own. */
const disordered = (written: Found[], there: Found[], places: Map<number, number>): Found[] => {
    let newest: { place: number; at: number } = { place: -1, at: -Infinity };
    return there.filter((found) => {
        const place = places.get(found.number);
        if (place === undefined) {
            return false;
        }
        if (found.saysTime !== undefined) {
            return Math.abs(found.saysTime - written[place].writtenAt) >= 60_000;
        }
        const wrong = place < newest.place && found.at > newest.at;
        if (place > newest.place) {
            newest = { place, at: found.at };
        }
        return wrong;
    });
};

export const sum = (accounts: Account[]): Account => accounts.reduce((all, one) => ({
    sent: all.sent + one.sent,
    arrived: all.arrived + one.arrived,
    lost: [...all.lost, ...one.lost],
    doubled: [...all.doubled, ...one.doubled],
    disordered: [...all.disordered, ...one.disordered],
    unknown: [...all.unknown, ...one.unknown],
}), { sent: 0, arrived: 0, lost: [], doubled: [], disordered: [], unknown: [] });
