import { join } from 'node:path'
import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { shellScripts } from '../../../src/cli/completion/shell-scripts.ts'
import { projectDirectory } from '../../support/images/cache.ts'
import { runCommand } from '../../support/net/run-command.ts'
import { renderedScripts } from './rendered-scripts.ts'
import { findShellLiterals } from './shell-literals.ts'

const unpacked = join(projectDirectory, '.cache/shellcheck')

/** What shellcheck says of a script, a finding a line. */
async function shellcheck(script: string, dialect: 'sh' | 'bash'): Promise<string> {
  const libraries = join(unpacked, 'root/usr/lib')
  const found = readdirSync(libraries).map((name) => join(libraries, name))
  const { exitCode, stdout, stderr } = await runCommand(
    [join(unpacked, 'bin/shellcheck'), `--shell=${dialect}`, '--norc', '--format=gcc', '-'],
    { input: script, env: { LD_LIBRARY_PATH: found.join(':') } },
  )
  if (exitCode > 1) throw new Error(`shellcheck ended with ${exitCode}: ${stderr}`)
  return stdout
}

test.each(Object.entries(renderedScripts))('shellcheck finds no fault in %s', async (_, script) => {
  expect(await shellcheck(script, 'sh')).toBe('')
})

test('shellcheck finds no fault in the completion of bash', async () => {
  expect(await shellcheck(shellScripts.bash, 'bash')).toBe('')
})

test('shellcheck finds no fault in the install script', async () => {
  expect(await shellcheck(readFileSync(join(projectDirectory, 'packaging/install.sh'), 'utf8'), 'sh')).toBe(
    '',
  )
})

test('shellcheck finds a fault', async () => {
  expect(await shellcheck('rm -rf $1\n', 'sh')).toContain('[SC2086]')
})

/** Strings that read as shell but that dray does not run, by the beginning of their place in `src`. */
const exempt = {
  'adapters/ports/close-idle-program.ts': 'Perl; close-idle.itg.test.ts runs it',
  'check/': 'talks about the shell of others',
  'cli/commands/ship/build.ts': 'an example of the command line',
  'cli/completion/shell-scripts.ts':
    'zsh and fish, which shellcheck does not read; completion.itg.test.ts runs them',
}

test('every shell script in the sources is checked', () => {
  const checked = [...Object.values(renderedScripts), shellScripts.bash].join('\n')
  const literals = findShellLiterals(join(projectDirectory, 'src'))
  const missing = literals.filter(({ parts }) => parts.some((part) => !checked.includes(part.trim())))
  expect(literals.length).toBeGreaterThan(30)
  expect(
    missing
      .map(({ place }) => place)
      .filter((place) => !Object.keys(exempt).some((it) => place.startsWith(it))),
  ).toEqual([])
})
