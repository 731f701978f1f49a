import type { DeadLetter, DeadLetters } from '../bridge/deadletters/DeadLetters';
import type { Retries } from '../bridge/deadletters/Retries';
import type { RoomName } from '../ui/letters';
import { listOfLetters, oneLetter } from '../ui/letters';
import { plural } from '../ui/words';
import type { Command, CommandCall } from './Command';

/** What the command needs of the bridge. */
export interface FailedHost {
    readonly deadLetters: DeadLetters;
    readonly retries: Retries;
    readonly roomName: RoomName;
    /** Why the bridge cannot be used at the moment, as a sentence; undefined when it can. */
    whyOff(): string | undefined;
}

/** The engine cuts commands at 30 s. */
const PATIENCE_MS = 15_000;

/** `/matrix failed`: what could not be delivered, to be looked at, tried again, or forgotten. */
export class FailedCommand implements Command {
    public readonly name = 'failed';
    public readonly params = '[show/retry/drop <id>]';
    public readonly description = 'List what could not be delivered, look at one of it, try it again, or forget it; `all` for all (administrators)';
    public readonly adminOnly = true;
    public readonly worksWhenOff = true;

    constructor(private readonly host: FailedHost) {}

    public async run({ args }: Pick<CommandCall, 'args'>): Promise<string> {
        const [word = 'list', ...rest] = args.map((arg) => arg.toLowerCase());
        const verb = word === 'inspect' ? 'show' : word;
        const letters = await this.host.deadLetters.all();
        switch (verb) {
            case 'show':
            case 'retry':
            case 'drop': return this.chosen(verb, rest, letters);
            default: {
                const page = verb === 'list' ? rest[0] : verb;
                return page === undefined || /^\d{1,6}$/.test(page)
                    ? listOfLetters(letters, page ? Number(page) : undefined, Date.now(), this.host.roomName)
                    : 'Say `/matrix failed`, with the number of a page if you like, or `show <id>`, `retry <id>`, `retry all`, `drop <id>`, `drop all` behind it.';
            }
        }
    }

    private async chosen(verb: 'show' | 'retry' | 'drop', ids: string[], letters: DeadLetter[]): Promise<string> {
        if (!letters.length) {
            return 'Nothing is left undelivered.';
        }
        if (!ids.length) {
            return `Which one? \`/matrix failed ${verb} <id>\`; \`/matrix failed\` lists them.`;
        }
        const isAll = verb !== 'show' && ids[0] === 'all';
        const found = isAll ? letters : letters.filter(({ id }) => ids.includes(id));
        const unknown = isAll ? undefined : ids.find((id) => !letters.some((letter) => letter.id === id));
        if (unknown !== undefined) {
            return `There is no item \`${unknown.slice(0, 40).replace(/`/g, '')}\` (any more). \`/matrix failed\` lists them.`;
        }
        switch (verb) {
            case 'show': return oneLetter(found[0], await this.host.deadLetters.payload(found[0]), this.host.roomName);
            case 'retry': return this.retry(found);
            case 'drop': return this.drop(found);
        }
    }

    private async retry(letters: DeadLetter[]): Promise<string> {
        const off = this.host.whyOff();
        if (off) {
            return off;
        }
        const { through, failed, waiting } = await this.host.retries.retry(letters, PATIENCE_MS);
        const went = [
            through ? `${plural(through, 'item', 'items')} went through.` : '',
            failed ? `${plural(failed, 'item', 'items')} failed again and ${failed === 1 ? 'stays' : 'stay'} in the list, with the new reason.` : '',
            waiting ? `${plural(waiting, 'item is', 'items are')} still under way; what goes through leaves the list. \`/matrix queue\` says whether the homeserver is there.` : '',
        ];
        return went.filter(Boolean).join(' ');
    }

    private async drop(letters: DeadLetter[]): Promise<string> {
        for (const letter of letters) {
            await this.host.deadLetters.remove(letter);
        }
        return `${plural(letters.length, 'item is', 'items are')} forgotten.`;
    }
}
