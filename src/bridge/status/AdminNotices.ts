import type { Log } from '../../errors/Log';
import type { Store, StoreKey } from '../../rocketchat/RocketChat';

const byName = (name: string): StoreKey => ({ model: 'misc', id: `notice:${name}` });

/**
 * Tells the administrators of something that lasts, once: not again after a restart, nor by another instance, until it is
 * over.
 */
export class AdminNotices {
    private readonly waiting = new Map<string, string>();
    private readonly told = new Set<string>();
    /** One thing at a time: what is over while its begin is being told is told after it. */
    private last: Promise<void> = Promise.resolve();

    /**
     * @param ready whether the store can be used
     * @param send sends a direct message to each administrator that is known
     */
    constructor(
        private readonly store: Store,
        private readonly log: Log,
        private readonly ready: () => boolean,
        private readonly send: (text: string) => Promise<unknown>,
    ) {}

    /** @param name of what lasts */
    public async begins(name: string, text: string): Promise<void> {
        this.waiting.set(name, text);
        await this.look();
    }

    /** @param text what to say when it had been told that it began */
    public over(name: string, text?: string): Promise<void> {
        this.waiting.delete(name);
        return this.next(() => this.end(name, text));
    }

    /** To be called when `ready` may have changed. */
    public look(): Promise<void> {
        return this.next(() => this.tellWaiting());
    }

    private next(action: () => Promise<void>): Promise<void> {
        this.last = this.last.then(action);
        return this.last;
    }

    private async end(name: string, text?: string): Promise<void> {
        this.told.delete(name);
        try {
            if (this.ready() && (await this.store.readOne(byName(name)))) {
                await this.store.remove(byName(name));
                if (text) {
                    await this.send(text);
                }
            }
        } catch (error) {
            this.log.error(`The notice "${name}" could not be ended`, error);
        }
    }

    private async tellWaiting(): Promise<void> {
        if (!this.ready()) {
            return;
        }
        for (const [name, text] of [...this.waiting]) {
            this.waiting.delete(name);
            if (this.told.has(name)) {
                continue;
            }
            this.told.add(name);
            try {
                if (!(await this.store.readOne(byName(name)))) {
                    await this.store.put({ name }, byName(name));
                    await this.send(text);
                }
            } catch (error) {
                this.told.delete(name);
                this.waiting.set(name, text);
                this.log.error(`The administrators could not be told of "${name}"`, error);
            }
        }
    }
}
