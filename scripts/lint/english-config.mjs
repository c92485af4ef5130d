import { englishPlugin } from './plain-english-rule.mjs'

/**
 * The part of eslint.config.js about English, but for some folders and files.
 *
 * @param {readonly string[]} except
 */
export function englishConfig(except) {
  const ignores = except.flatMap((it) => [it, `${it}/**`])
  return [
    {
      files: ['{src,action,bench,scripts}/**/*.{ts,mjs}', '*.{js,ts}'],
      ignores: ['scripts/lint/plain-english.mjs', ...ignores],
      plugins: { english: englishPlugin },
      rules: { 'english/plain-english': 'error' },
    },
    {
      files: ['test/**/*.ts'],
      ignores,
      plugins: { english: englishPlugin },
      rules: { 'english/plain-english': ['error', { only: 'test-names' }] },
    },
  ]
}
