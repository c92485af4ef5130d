import { englishPlugin } from './plain-english-rule.mjs'

/** The part of eslint.config.js about English. */
export const englishConfig = [
  {
    files: ['{src,action,bench,scripts}/**/*.{ts,tsx,mjs}', '*.{js,ts}'],
    ignores: ['scripts/lint/plain-english.mjs'],
    plugins: { english: englishPlugin },
    rules: { 'english/plain-english': 'error' },
  },
  {
    files: ['test/**/*.ts'],
    plugins: { english: englishPlugin },
    rules: { 'english/plain-english': ['error', { only: 'test-names' }] },
  },
]
