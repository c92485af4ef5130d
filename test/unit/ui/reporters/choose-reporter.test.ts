import { expect, test } from 'vitest'
import { chooseReporter } from '../../../../src/ui/reporters/create-reporter.ts'

test.each([
  ['live', { isTTY: true, env: {} }],
  ['plain', { isTTY: false, env: {} }],
  ['plain', { isTTY: true, env: { CI: 'true' } }],
  ['live', { isTTY: true, env: { CI: 'false' } }],
  ['plain', { isTTY: true, env: { TERM: 'dumb' } }],
  ['plain', { plain: true, isTTY: true, env: {} }],
  ['github', { isTTY: false, env: { CI: 'true', GITHUB_ACTIONS: 'true' } }],
  ['plain', { plain: true, isTTY: false, env: { GITHUB_ACTIONS: 'true' } }],
  ['json', { json: true, plain: true, isTTY: true, env: { GITHUB_ACTIONS: 'true' } }],
  ['quiet', { quiet: true, isTTY: true, env: {} }],
] as const)('chooses %s for %j', (name, choice) => {
  expect(chooseReporter(choice)).toBe(name)
})
