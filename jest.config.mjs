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

/** The stories in which a homeserver has a part, told on Dendrite; not those of the app's own settings, endpoints and package. */
const onDendrite = ['rooms', 'people', 'messages', 'media', 'delivery'].map((folder) => `<rootDir>/test/e2e/${folder}/**/*.test.mts`);
const setupOnDendrite = ['settings', 'status'].map((name) => `<rootDir>/test/e2e/setup/${name}.test.mts`);

export default {
    // No assertion: a busy machine can stand still for seconds.
    testTimeout: 30_000,
    projects: [
        ring('unit', ['ids', 'errors', 'config', 'convert', 'matrix', 'rocketchat', 'bridge', 'commands', 'endpoints', 'events', 'intake', 'tools']),
        ring('engine', ['engine']),
        ring('e2e', ['e2e', 'page']),
        ring('dendrite', [], {
            testMatch: ['<rootDir>/test/dendrite/**/*.test.mts', ...onDendrite, ...setupOnDendrite],
            globalSetup: '<rootDir>/test/support/servers/buildDendrite.mts',
            setupFiles: ['<rootDir>/test/support/servers/onDendrite.mts'],
        }),
        ring('abuse', ['abuse']),
    ],
};
