import { spawnSync } from 'node:child_process';
import { loadJsYaml } from '../../vendor/jsYaml';
import { loadMatrixBotSdk } from '../../vendor/matrixBotSdk';

describe('vendor', () => {
    it('is what tools/vendor.mjs makes of the packages', () => {
        const { status, stderr } = spawnSync(process.execPath, ['tools/vendor.mjs', '--check'], { encoding: 'utf8' });
        expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    }, 60_000);

    it('gives the SDK\'s client and request function', () => {
        const sdk = loadMatrixBotSdk() as Record<string, unknown>;
        expect(Object.keys(sdk).sort()).toEqual(['LogLevel', 'LogService', 'MatrixClient', 'MatrixError', 'setRequestFn']);
        expect(loadMatrixBotSdk()).toBe(sdk);
    });

    it('gives the YAML writer', () => {
        expect((loadJsYaml() as { dump(value: unknown): string }).dump({ a: ['b'] })).toBe('a:\n  - b\n');
    });
});
