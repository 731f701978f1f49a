import tseslint from 'typescript-eslint';

export default tseslint.config(
    { ignores: ['node_modules/', '.gitignored/', 'dist/', 'vendor/', 'coverage/'] },
    ...tseslint.configs.recommended,
    {
        files: ['**/*.ts', '**/*.mts', '**/*.mjs'],
        rules: {
            eqeqeq: ['error', 'always', { null: 'ignore' }],
            'no-console': 'error',
            'no-var': 'error',
            'prefer-const': 'error',
            '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', caughtErrors: 'none' }],
            '@typescript-eslint/consistent-type-imports': 'error',
            'max-len': ['error', { code: 160, ignoreStrings: true, ignoreTemplateLiterals: true, ignoreRegExpLiterals: true, ignoreUrls: true, ignoreComments: true }],
        },
    },
    {
        // Where the engine's and the server's own shapes are `any`, and where a terminal is the output.
        files: ['workspace/**', 'test/**', 'tools/**', 'bench/**'],
        rules: { '@typescript-eslint/no-explicit-any': 'off', 'no-console': 'off' },
    },
);
