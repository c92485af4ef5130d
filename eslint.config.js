import js from '@eslint/js'
import { defineConfig } from 'eslint/config'
import tseslint from 'typescript-eslint'
import { englishConfig } from './scripts/lint/english-config.mjs'

const onlyMain = 'Only src/main.ts touches it; take it from the context that is passed in.'
const onlyClock = 'Only src/shared/clock.ts knows the time; take a Clock.'
const onlyUi = 'Only src/ui and src/main.ts write for people.'

const noProcess = [
  { name: 'node:process', message: onlyMain },
  { name: 'process', message: onlyMain },
]
const noTimers = ['node:timers', 'node:timers/promises', 'timers', 'timers/promises'].map((name) => ({
  name,
  message: onlyClock,
}))
const timerGlobals = ['setTimeout', 'setInterval', 'setImmediate'].map((name) => ({
  name,
  message: onlyClock,
}))

const noDefaultExport = {
  selector: 'ExportDefaultDeclaration, ExportSpecifier[exported.name="default"]',
  message: 'Name what is exported.',
}
// The named import takes the translations of every message into the bundle: 450 KB.
const noNamedZod = {
  selector: 'ImportDeclaration[source.value="zod"] > ImportSpecifier',
  message: "Write `import * as z from 'zod'`.",
}
const noClockReads = [
  { selector: 'CallExpression[callee.object.name="Date"][callee.property.name="now"]', message: onlyClock },
  { selector: 'NewExpression[callee.name="Date"][arguments.length=0]', message: onlyClock },
  { selector: 'CallExpression[callee.object.name="performance"]', message: onlyClock },
]
const noTimeouts = {
  selector: 'CallExpression[callee.object.name="AbortSignal"][callee.property.name="timeout"]',
  message: 'Take `startTimeLimit` of src/shared/time-limit.ts.',
}
const noJsonParse = {
  selector: 'CallExpression[callee.object.name="JSON"][callee.property.name="parse"]',
  message: 'Take `parseJson` of src/shared/parse-json.ts.',
}

export default defineConfig(
  { ignores: ['dist/', '.cache/', 'node_modules/', 'coverage/'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    files: ['**/*.{ts,tsx,mts}'],
    extends: [js.configs.recommended, ...tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      // The compiler does it, and knows the globals.
      'no-undef': 'off',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/consistent-type-definitions': 'off',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true, requireDefaultForNonUnion: false },
      ],
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { arguments: false } }],
      // Most objects with functions are plain ones here, and are taken apart freely.
      '@typescript-eslint/unbound-method': 'off',
      // A port is asynchronous whether or not one implementation needs it.
      '@typescript-eslint/require-await': 'off',
      // `while (true)` is how a loop with its exit inside reads.
      '@typescript-eslint/no-unnecessary-condition': ['error', { allowConstantLoopConditions: true }],
      // A signal's reason is whatever the caller aborted with.
      '@typescript-eslint/only-throw-error': [
        'error',
        { allowThrowingUnknown: true, allowThrowingAny: true },
      ],
      '@typescript-eslint/prefer-promise-reject-errors': ['error', { allowThrowingUnknown: true }],
      // Texts from terminals and containers are cleaned of control characters by patterns that name them.
      'no-control-regex': 'off',
      eqeqeq: 'error',
      'no-console': 'error',
      'object-shorthand': 'error',
      'prefer-const': 'error',
    },
  },
  {
    files: ['src/**/*.{ts,tsx}'],
    rules: {
      'max-lines': ['error', { max: 300 }],
      'max-params': ['error', { max: 3 }],
      'no-restricted-globals': [
        'error',
        { name: 'process', message: onlyMain },
        { name: 'console', message: onlyUi },
        ...timerGlobals,
      ],
      'no-restricted-imports': ['error', { paths: [...noProcess, ...noTimers] }],
      'no-restricted-syntax': [
        'error',
        noDefaultExport,
        noNamedZod,
        ...noClockReads,
        noTimeouts,
        noJsonParse,
      ],
    },
  },
  {
    // A list of entries that are all alike, and that a reader searches.
    files: ['src/errors/catalogue.ts'],
    rules: { 'max-lines': 'off' },
  },
  {
    files: ['src/main.ts'],
    rules: {
      'no-restricted-globals': ['error', ...timerGlobals],
      'no-restricted-imports': ['error', { paths: noTimers }],
    },
  },
  {
    files: ['src/ui/**/*.{ts,tsx}'],
    rules: {
      'no-console': 'off',
      'no-restricted-globals': ['error', { name: 'process', message: onlyMain }, ...timerGlobals],
    },
  },
  {
    // The browser has the clock and reads what dray itself has written.
    files: ['src/ui/page/app/state.ts'],
    rules: {
      'no-restricted-globals': ['error', { name: 'process', message: onlyMain }],
      'no-restricted-syntax': ['error', noDefaultExport],
    },
  },
  {
    files: ['src/shared/clock.ts'],
    rules: {
      'no-restricted-globals': ['error', { name: 'process', message: onlyMain }],
      'no-restricted-imports': ['error', { paths: noProcess }],
      'no-restricted-syntax': ['error', noDefaultExport],
    },
  },
  {
    files: ['src/shared/parse-json.ts'],
    rules: { 'no-restricted-syntax': ['error', noDefaultExport] },
  },
  {
    // One says by whom a directory was made, and asks whether that process still runs; the other ends the processes of a program.
    files: ['src/adapters/host/private-directory.ts', 'src/adapters/host/child.ts'],
    rules: { 'no-restricted-imports': ['error', { paths: noTimers }] },
  },
  {
    files: ['scripts/**/*.ts', 'bench/**/*.ts', 'test/{support,drill,reach,soak}/**/*.ts'],
    rules: { 'no-console': 'off' },
  },
  {
    files: ['test/**/*.ts'],
    rules: {
      // In a test, `!` says what was arranged a line above; a wrong one fails the test.
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-empty-function': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
    },
  },
  ...englishConfig,
  {
    files: ['**/*.{js,mjs}'],
    extends: [js.configs.recommended],
    languageOptions: {
      globals: Object.fromEntries(
        [
          'AbortController',
          'AbortSignal',
          'Buffer',
          'URL',
          'clearTimeout',
          'console',
          'fetch',
          'process',
          'setTimeout',
        ].map((name) => [name, 'readonly']),
      ),
    },
  },
)
