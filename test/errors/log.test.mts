import { failure, failureCodes, isFailure } from '../../src/errors/catalogue';
import { describeError, EngineLog } from '../../src/errors/EngineLog';

const flushed = (log: EngineLog): string[] => {
    const lines: string[] = [];
    const write = (level: string) => (text: string) => void lines.push(`${level} ${text.replace(/^\S+Z /, '')}`);
    log.flush({ info: write('info'), warn: write('warn'), error: write('error') } as any);
    return lines;
};

describe('log', () => {
    it('is written by the next handler that ends, once', () => {
        const log = new EngineLog();
        log.info('a');
        log.debug('not kept');
        log.error('b', failure('matrix.forbidden', { status: 403, errcode: 'M_FORBIDDEN', detail: 'PUT …' }));
        expect(flushed(log)).toEqual(['info a', 'error b: matrix.forbidden: PUT … (403 M_FORBIDDEN)']);
        expect(flushed(log)).toEqual([]);
    });

    it('keeps the newest lines, and counts the others', () => {
        const log = new EngineLog();
        Array.from({ length: 250 }, (_, index) => log.info(String(index)));
        const lines = flushed(log);
        expect(lines).toHaveLength(201);
        expect([lines[0], lines[1], lines[200]]).toEqual(['warn 50 log lines were dropped', 'info 50', 'info 249']);
    });

    it.each<[unknown, RegExp]>([
        [new TypeError('x'), /^TypeError: x \[at /],
        ['text', /^text$/],
        [undefined, /^undefined$/],
        [new Error('y'.repeat(5_000)), /^Error: y{900,}$/],
    ])('describes whatever was thrown', (thrown, words) => {
        expect(describeError(thrown)).toMatch(words);
        expect(describeError(thrown).length).toBeLessThanOrEqual(1_000);
    });
});

describe('catalogue of failures', () => {
    it.each(failureCodes)('%s has a sentence for the person', (code) => {
        expect(failure(code).userMessage).toMatch(/^[A-Z].*\.$/);
        expect(failure(code).code).toBe(code);
        expect(isFailure(failure(code), code)).toBe(true);
        expect(isFailure(failure(code), 'media.badUri')).toBe(code === 'media.badUri');
    });
});
