import { isCI } from '../../shared/is-ci.ts'
import type { CliContext } from '../command/context.ts'

const versionFlags = ['--version', '-V']

/** Whether a command line asks for the newest version: `dray --version --check`. */
export function asksForNewest(words: readonly string[]): boolean {
  return words.includes('--check') && versionFlags.includes(words[0] ?? '')
}

/** The other words of such a command line. */
export function besidesVersion(words: readonly string[]): string[] {
  return words.filter((word) => word !== '--check' && !versionFlags.includes(word))
}

/** Commands that other programs call, and those that are about versions. */
const silent = ['completion', 'gate', 'upgrade', ...versionFlags]

/** Whether a line about a newer version may be printed after a command: a person is reading standard error. */
export function mayTellOfNewer(words: readonly string[], { env, stderr }: CliContext): boolean {
  return (
    stderr.isTTY === true &&
    !isCI(env) &&
    !isSet(env['DRAY_NO_UPDATE_CHECK']) &&
    !isSet(env['NO_UPDATE_NOTIFIER']) &&
    !words.includes('--json') &&
    !words.some((word) => silent.includes(word))
  )
}

const isSet = (value: string | undefined): boolean => !['', '0', 'false'].includes(value ?? '')
