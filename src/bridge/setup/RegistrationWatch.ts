import type { Log } from '../../errors/Log';
import { changedFields, registrationDigests } from '../../matrix/registration';
import type { Registration } from '../../matrix/registration';
import type { Store, StoreKey } from '../../rocketchat/RocketChat';
import type { Clock } from '../core/Context';

const KEY: StoreKey = { model: 'misc', id: 'registration' };
/** Several settings changed in a row make one notice. */
const QUIET_MS = 3_000;

interface Stored {
    fields: Record<string, string>;
}

/**
 * Tells the administrators when the homeserver needs the registration again. What the homeserver has is taken to be the
 * registration of the last notice (or of the first time that the bridge was on); digests of its fields are stored, so only
 * one of several instances tells.
 */
export class RegistrationWatch {
    private waiting?: Promise<void>;
    private changedAt = 0;
    private hasFirst = false;
    /** Writing the first registration, as soon as there is one: a change can follow at once. */
    private first: Promise<void> = Promise.resolve();

    /**
     * @param current the registration while the bridge is on, else undefined
     * @param ready whether the store can be used
     * @param tell sends the notice
     */
    constructor(
        private readonly store: Store,
        private readonly clock: Clock,
        private readonly log: Log,
        private readonly current: () => Registration | undefined,
        private readonly ready: () => boolean,
        private readonly tell: (text: string) => Promise<unknown>,
    ) {}

    /** To be called when a setting changed, and when the store can be used now. */
    public look(): void {
        this.changedAt = this.clock.now();
        if (!this.ready()) {
            return;
        }
        const registration = this.current();
        if (registration && !this.hasFirst) {
            this.first = this.first.then(() => this.keepFirst(registration)).catch((error) => this.log.error('The registration could not be stored', error));
        }
        if (!this.waiting) {
            this.waiting = this.afterQuiet()
                .catch((error) => this.log.error('The registration could not be compared', error))
                .then(() => {
                    this.waiting = undefined;
                });
        }
    }

    private async keepFirst(registration: Registration): Promise<void> {
        if (!this.hasFirst && !(await this.store.readOne<Stored>(KEY))) {
            await this.store.put({ fields: registrationDigests(registration) }, KEY);
        }
        this.hasFirst = true;
    }

    /** Waits until no setting changed for a while, then compares. */
    private async afterQuiet(): Promise<void> {
        for (let rest = QUIET_MS; rest > 0; rest = this.changedAt + QUIET_MS - this.clock.now()) {
            await this.clock.sleep(rest);
        }
        const registration = this.current();
        if (!registration) {
            return;
        }
        await this.first;
        const fields = registrationDigests(registration);
        const stored = await this.store.readOne<Stored>(KEY);
        const changed = stored ? changedFields(stored.fields, fields) : [];
        if (changed.length > 0) {
            await this.store.put({ fields }, KEY);
            this.log.warn(`The registration changed: ${changed.join(', ')}`);
            await this.tell(registrationNotice(changed));
        }
    }
}

/** @param changed names of fields of the registration */
function registrationNotice(changed: string[]): string {
    const names = changed.map((field) => `\`${field}\``).join(', ');
    return `The registration of the Matrix bridge has changed (${names}). Please copy it from the app's settings to the homeserver `
        + 'and restart the homeserver; until then nothing is delivered. `/matrix status` says when all is well.';
}
