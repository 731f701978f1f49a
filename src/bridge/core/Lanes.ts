interface Item {
    task: () => Promise<void>;
    /** Place among the waiting ones; items without one keep the order of coming. */
    order?: number;
    queuedAt: number;
}

/**
 * One lane per key (a room and a direction): the tasks of a lane run one after another, lanes run side by side, and a
 * stuck lane holds up nobody else. A lane exists only while it has work.
 */
export class Lanes {
    /** Told when a lane has no work any more. */
    public onIdle?: (key: string) => void;
    private readonly lanes = new Map<string, Item[]>();

    /** @param now milliseconds, for the age of what waits */
    constructor(private readonly now: () => number) {}

    /**
     * @param order tasks with an order are put before waiting ones of a higher order: Rocket.Chat hands events over
     * concurrently, so a message can arrive after a younger one
     * @returns what the task gives, when its turn has come and it is done
     */
    public run<T>(key: string, task: () => Promise<T>, order?: number): Promise<T> {
        return new Promise<T>((resolve, reject) => {
            this.push(key, { task: () => task().then(resolve, reject), order, queuedAt: this.now() });
        });
    }

    /** Number of lanes with work and of tasks in them, running ones included; age of the oldest in milliseconds. */
    public load(): { lanes: number; tasks: number; oldestMs: number } {
        let tasks = 0;
        let oldest = this.now();
        for (const items of this.lanes.values()) {
            tasks += items.length;
            oldest = Math.min(oldest, ...items.slice(0, 1).map((item) => item.queuedAt));
        }
        return { lanes: this.lanes.size, tasks, oldestMs: this.now() - oldest };
    }

    /** @param prefix of the keys @returns what the lanes hold, by the rest of their keys; times in milliseconds since the epoch */
    public waiting(prefix: string): { room: string; count: number; oldestAt: number }[] {
        return [...this.lanes].filter(([key]) => key.startsWith(prefix)).map(([key, items]) => ({
            room: key.slice(prefix.length),
            count: items.length,
            oldestAt: items.reduce((oldest, { queuedAt }) => Math.min(oldest, queuedAt), Infinity),
        }));
    }

    public isIdle(key: string): boolean {
        return !this.lanes.has(key);
    }

    private push(key: string, item: Item): void {
        const items = this.lanes.get(key);
        if (!items) {
            this.lanes.set(key, [item]);
            void this.drain(key);
            return;
        }
        let place = items.length;
        // The first one runs already.
        while (item.order !== undefined && place > 1 && (items[place - 1].order ?? -Infinity) > item.order) {
            place -= 1;
        }
        items.splice(place, 0, item);
    }

    private async drain(key: string): Promise<void> {
        const items = this.lanes.get(key) as Item[];
        while (items.length) {
            await items[0].task();
            items.shift();
        }
        this.lanes.delete(key);
        this.onIdle?.(key);
    }
}
