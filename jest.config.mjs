/** Tests and the workspace are `.mts` (rc-apps compiles every `.ts` below the root); here they run as CommonJS. */
const common = {
    testEnvironment: 'node',
    extensionsToTreatAsEsm: [],
    moduleFileExtensions: ['mts', 'ts', 'mjs', 'cjs', 'js', 'json', 'node'],
    transform: {
        '\\.m?ts$': ['@swc/jest', { jsc: { target: 'es2022', parser: { syntax: 'typescript', decorators: true } }, module: { type: 'commonjs' } }],
    },
    testPathIgnorePatterns: ['/node_modules/', '/\\.gitignored/', '/dist/'],
    modulePathIgnorePatterns: ['<rootDir>/\\.gitignored/', '<rootDir>/dist/'],
};

const ring = (displayName, folders, extra = {}) => ({ ...common, displayName, testMatch: folders.map((folder) => `<rootDir>/test/${folder}/**/*.test.mts`), ...extra });

export default {
    projects: [
        ring('unit', ['ids', 'errors', 'config', 'convert', 'matrix', 'rocketchat', 'bridge', 'commands', 'endpoints', 'events', 'intake', 'tools']),
        ring('engine', ['engine']),
        ring('e2e', ['e2e', 'page']),
    ],
};
