/** How long messages take, and how many pass: counted where people stand, not inside. */

export interface Figures {
    /** Messages per second, all writers at work. */
    perSecond: number;
    /** Milliseconds from the writer's request to the arrival on the other side, one message at a time. */
    median: number;
    p95: number;
}

/** Notes when a message arrives; texts are unique. */
export class Arrivals {
    private readonly waiting = new Map<string, (at: number) => void>();

    readonly note = (text: string): void => {
        this.waiting.get(text)?.(performance.now());
        this.waiting.delete(text);
    };

    /** @returns when the text arrived. @throws Error after a minute */
    of(text: string): Promise<number> {
        return new Promise((resolve, reject) => {
            const timer = setTimeout(() => {
                this.waiting.delete(text);
                reject(new Error(`"${text}" did not arrive within 60 s (${this.waiting.size} others are waited for)`));
            }, 60_000);
            this.waiting.set(text, (at) => {
                clearTimeout(timer);
                resolve(at);
            });
        });
    }
}

export interface Course<Room> {
    rooms: Room[];
    /** Messages of the throughput run, over all rooms; each room has one writer, who waits for each request's answer. */
    messages: number;
    /** Messages of the latency run, one at a time. */
    singles: number;
    send(room: Room, text: string): Promise<unknown>;
    arrivals: Arrivals;
    /** Resolves when nothing of the message before is under way any more: one at a time means alone. */
    settled?(): Promise<unknown>;
}

const quantile = (sorted: number[], part: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))];

/** The middle of each figure of several rounds. */
export const middle = (rounds: Figures[]): Figures => {
    const of = (figure: keyof Figures): number => quantile(rounds.map((round) => round[figure]).sort((a, b) => a - b), 0.5);
    return { perSecond: of('perSecond'), median: of('median'), p95: of('p95') };
};

/** One direction of one set-up: warm-up, latency, throughput. */
export const measure = async <Room,>({ rooms, messages, singles, send, arrivals, settled }: Course<Room>): Promise<Figures> => {
    const pass = async (room: Room, text: string): Promise<number> => {
        const arrival = arrivals.of(text);
        const start = performance.now();
        await send(room, text);
        return (await arrival) - start;
    };
    for (const [index, room] of rooms.entries()) {
        await pass(room, `warm-up ${index} ${run()}`);
    }
    const latencies: number[] = [];
    for (let index = 0; index < singles; index++) {
        await settled?.();
        latencies.push(await pass(rooms[index % rooms.length], `single ${index} ${run()}`));
    }
    latencies.sort((a, b) => a - b);

    const share = Math.ceil(messages / rooms.length);
    const all: Promise<number>[] = [];
    const start = performance.now();
    await Promise.all(
        rooms.map(async (room, lane) => {
            for (let index = 0; index < share; index++) {
                const text = `lane ${lane} number ${index} ${run()}`;
                all.push(arrivals.of(text));
                await send(room, text);
            }
        }),
    );
    const last = Math.max(...(await Promise.all(all)));
    return { perSecond: (share * rooms.length * 1000) / (last - start), median: quantile(latencies, 0.5), p95: quantile(latencies, 0.95) };
};

let runs = 0;
const run = (): string => `of ${(runs += 1).toString(36)}`;
