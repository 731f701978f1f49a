/** Prints what a scenario measured, one line each, in the form that stands in docs/delivery.md. */
import { sum, type Account } from './ledger.mts';
import { isFull } from './scale.mts';

const ways = { out: 'to Matrix', in: 'to Rocket.Chat' } as const;

/** @param more figures beside those of the messages, e.g. `{ kills: 20 }` */
export const report = (scenario: string, accounts: Partial<Record<'out' | 'in', Account>>, more: Record<string, number | string> = {}): void => {
    const lines = Object.entries(accounts).map(([way, { sent, arrived, lost, doubled, disordered, unknown }]) => {
        const numbers = { sent, arrived, lost: lost.length, doubled: doubled.length, 'out of order': disordered.length, unknown: unknown.length };
        return `${ways[way as 'out' | 'in']}: ${list(numbers)}`;
    });
    const extra = Object.keys(more).length ? [list(more)] : [];
    process.stdout.write(`\n[abuse${isFull ? '' : ', short form'}] ${scenario}\n${[...lines, ...extra].map((line) => `    ${line}\n`).join('')}`);
};

const list = (figures: Record<string, number | string>): string => Object.entries(figures).map(([name, value]) => `${value} ${name}`).join(', ');

const SHOWN = 8;
const brief = (names: string[]): string => names.slice(0, SHOWN).join(', ') + (names.length > SHOWN ? ` and ${names.length - SHOWN} more` : '');

/** Nothing lost, doubled, out of order, or come from nowhere; and something was sent at all. */
export const expectWhole = (...accounts: Account[]): void => {
    const all = sum(accounts);
    const wrong = { lost: brief(all.lost), doubled: brief(all.doubled), disordered: brief(all.disordered), unknown: brief(all.unknown) };
    expect(wrong).toEqual({ lost: '', doubled: '', disordered: '', unknown: '' });
    for (const account of accounts) {
        expect(account.arrived).toBe(account.sent);
        expect(account.sent).toBeGreaterThan(0);
    }
};
