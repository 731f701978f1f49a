/** Prints what a scenario measured, one line each, in the form that stands in docs/delivery.md. */
import type { Account } from './ledger.mts';
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
    for (const account of accounts) {
        const { lost, doubled, disordered, unknown } = account;
        expect({ lost: brief(lost), doubled: brief(doubled), disordered: brief(disordered), unknown: brief(unknown) }).toEqual({ lost: '', doubled: '', disordered: '', unknown: '' });
        expect(account.arrived).toBe(account.sent);
        expect(account.sent).toBeGreaterThan(0);
    }
};
