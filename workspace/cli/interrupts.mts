/**
 * When to end: on SIGINT (Ctrl-C), SIGTERM, SIGHUP, and when the npm that runs us is gone (a killed npm sends nothing).
 * A second signal ends at once; the children notice by their closed standard input.
 */
export class Interrupts {
    private readonly controller = new AbortController();
    private first = 0;
    private readonly onSignal = () => {
        // Ctrl-C comes twice at once: from the terminal, and handed on by npm.
        if (this.first !== 0 && Date.now() - this.first > 1_000) {
            process.exit(1);
        }
        this.first ||= Date.now();
        this.controller.abort();
    };
    private readonly watch: NodeJS.Timeout | undefined;

    constructor() {
        process.on('SIGINT', this.onSignal).on('SIGTERM', this.onSignal).on('SIGHUP', this.onSignal);
        if (process.env.npm_lifecycle_event) {
            const parent = process.ppid;
            this.watch = setInterval(() => process.ppid !== parent && this.controller.abort(), 1_000);
            this.watch.unref();
        }
    }

    public get signal(): AbortSignal {
        return this.controller.signal;
    }

    /** Resolves at the first signal. */
    public get happened(): Promise<void> {
        return new Promise((resolve) => {
            if (this.signal.aborted) {
                resolve();
            }
            this.signal.addEventListener('abort', () => resolve(), { once: true });
        });
    }

    /** Waits for `work`, but not longer than until a signal comes. @throws Interrupted */
    public async during<T>(work: Promise<T>): Promise<T> {
        const interrupted = this.happened.then(() => {
            throw new Interrupted();
        });
        interrupted.catch(() => undefined);
        return Promise.race([work, interrupted]);
    }

    /** Also ends what still goes on with the signal: beside what failed an installation may be under way. */
    public close(): void {
        this.controller.abort();
        clearInterval(this.watch);
        process.off('SIGINT', this.onSignal).off('SIGTERM', this.onSignal).off('SIGHUP', this.onSignal);
    }
}

/** A signal came before everything was ready. */
export class Interrupted extends Error {}
