import type { Command, CommandCall } from '../../src/commands/Command';
import { CommandTable } from '../../src/commands/CommandTable';
import { failure } from '../../src/errors/catalogue';
import { EngineLog } from '../../src/errors/EngineLog';

const call = (args: string[], roles: string[] = ['user']): CommandCall =>
    ({ sender: { id: 'u', username: 'u', roles }, room: { id: 'r' }, args }) as unknown as CommandCall;

function setUp(off?: string) {
    const ran: string[][] = [];
    const admins: string[] = [];
    const logged: string[] = [];
    const log = new EngineLog();
    const command = (name: string, more: Partial<Command> = {}): Command => ({
        name,
        params: '',
        description: `does ${name}`,
        adminOnly: false,
        run: async ({ args }) => {
            ran.push([name, ...args]);
            return `${name} done`;
        },
        ...more,
    });
    const table = new CommandTable({ log, whyOff: () => off, adminSeen: async ({ sender }) => void admins.push(sender.id) }, [
        command('plain', { params: '@user:server' }),
        command('secret', { adminOnly: true, worksWhenOff: true }),
        command('refused', { run: async () => Promise.reject(failure('matrix.forbidden', { detail: 'inner words' })) }),
        command('broken', { run: async () => Promise.reject(new TypeError('x is undefined')) }),
    ]);
    const flush = (): string => {
        const write = (text: string): void => void logged.push(text);
        log.flush({ info: write, warn: write, error: write } as any);
        return logged.join('\n');
    };
    return { table, ran, admins, flush };
}

describe('/matrix', () => {
    it('runs the sub-command with what follows, whatever its case', async () => {
        const { table, ran } = setUp();
        expect(await table.run(call(['PLAIN', 'a', 'b c']))).toBe('plain done');
        expect(ran).toEqual([['plain', 'a', 'b c']]);
    });

    it.each([[[]], [['help']]])('%j shows what this person can use', async (args) => {
        const { table } = setUp();
        const forUser = await table.run(call(args));
        expect(forUser).toContain('`/matrix plain @user:server`: does plain');
        expect(forUser).not.toContain('secret');
        expect(await table.run(call(args, ['admin']))).toContain('`/matrix secret`');
    });

    it('says that a sub-command is unknown, and which there are', async () => {
        const answer = await setUp().table.run(call(['`dance`']));
        expect(answer).toMatch(/no command `\/matrix dance`/);
        expect(answer).toContain('/matrix help');
    });

    it('lets only administrators do what is theirs, and remembers them', async () => {
        const { table, ran, admins } = setUp();
        expect(await table.run(call(['secret']))).toMatch(/Only administrators/);
        expect([ran, admins]).toEqual([[], []]);
        expect(await table.run(call(['secret'], ['admin']))).toBe('secret done');
        expect(admins).toEqual(['u']);
    });

    it('says why it cannot while the bridge is off', async () => {
        const { table } = setUp('It is off.');
        expect(await table.run(call(['plain']))).toBe('It is off.');
        expect(await table.run(call(['secret'], ['admin']))).toBe('secret done');
        expect(await table.run(call(['help']))).toContain('plain');
    });

    it('turns failures into words; the log has the rest', async () => {
        const { table, flush } = setUp();
        expect(await table.run(call(['refused']))).toBe('The Matrix homeserver does not allow this.');
        expect(await table.run(call(['broken']))).toMatch(/error in the bridge/);
        expect(flush()).toMatch(/refused failed: matrix.forbidden: inner words[\s\S]*broken failed: TypeError: x is undefined/);
    });
});
