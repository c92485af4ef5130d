import type { Answer, ServerObservation } from '../../operations/doctor/doctor-observation.ts'
import { failureFrom } from '../../deploy/execute/failure.ts'
import { DrayError } from '../../errors/dray-error.ts'
import type { Clock } from '../../shared/clock.ts'
import { checkComposeVersion } from '../compose/compose-failure.ts'
import type { CommandRunner } from '../host/command-runner.ts'
import { examineScript } from './examine-script.ts'
import { readFileSystems } from './file-system.ts'
import { runReadingScript, scriptFailure } from './host-script.ts'
import { lockHeld } from './lock/lock.ts'
import { NO_DIRECTORY, NO_ENV_FILE } from './scripts.ts'
import { parseSections, sectionText, type Section } from './sections.ts'

export type Examination = {
  runner: CommandRunner
  /** The app's directory. */
  path: string
  /** Name to resolve there, if any. */
  name: string | undefined
  clock: Clock
}

/**
 * Checks everything that a deploy needs on a server apart from its Engine, in one round trip; a missing part has the
 * failure of a deploy. Throws HOST_UNREACHABLE, and HOST_COMMAND_FAILED if the server cannot run a script.
 */
export async function examineServer(
  { runner, path, name, clock }: Examination,
  signal: AbortSignal,
): Promise<ServerObservation> {
  const askedAtMs = clock.now()
  const output = await runReadingScript(runner, examineScript, { args: [path, name ?? ''], signal })
  const host = runner.name
  if (output.exitCode !== 0) throw scriptFailure(output, { host, path, what: 'checking the server' })
  const sections = parseSections(output.stdout)
  const text = (section: string): string => sectionText(sections, section) ?? ''
  const lock = text('lock')
  const compose = sectionText(sections, 'compose')
  return {
    missingTools: linesOf(text('missing-tools')),
    compose: compose === undefined ? undefined : judged(compose, () => checkComposeVersion(compose, host)),
    directory: settle(codeOf(sections, 'directory'), { host, path }),
    envFile: envFileOf(sections, { host, path }),
    lock: lock === '' ? undefined : failureFrom(lockHeld(lock, { runner, clock })),
    fileSystems: readFileSystems([
      { holds: 'Docker', text: text('disk-docker') },
      { holds: 'the app', text: text('disk-app') },
    ]),
    clockAheadMs: clockAhead(Number(text('now')) * 1000, { fromMs: askedAtMs, toMs: clock.now() }),
    address: text('connection').split(' ')[2],
    urlAddresses: linesIfAny(sectionText(sections, 'looked-up')),
  }
}

type Place = { host: string; path: string }

/** A section that ends with the exit code of its command. */
function codeOf(sections: readonly Section[], name: string): { exitCode: number; printed: string } {
  const lines = (sectionText(sections, name) ?? '').split('\n')
  return { exitCode: Number(lines.at(-1)), printed: lines.slice(0, -1).join('\n').trim() }
}

function settle({ exitCode, printed }: { exitCode: number; printed: string }, place: Place): Answer<string> {
  if (exitCode === 0) return { value: `${place.path} can be written` }
  const output = { exitCode, stdout: printed, stderr: printed }
  return { failure: failureFrom(scriptFailure(output, { ...place, what: 'checking the directory' })) }
}

/** Without a directory there is no `.env`; in an unreadable directory it is unknown. */
function envFileOf(sections: readonly Section[], place: Place): ServerObservation['envFile'] {
  const directory = codeOf(sections, 'directory')
  const { exitCode, printed } = codeOf(sections, 'env')
  if (exitCode === 0) {
    return { value: { mode: printed, readableByOthers: Number.parseInt(printed.at(-1) ?? '0', 8) >= 4 } }
  }
  if (directory.exitCode !== 0 && directory.exitCode !== NO_DIRECTORY && exitCode === NO_ENV_FILE)
    return undefined
  const output = { exitCode, stdout: '', stderr: '' }
  return { failure: failureFrom(scriptFailure(output, { ...place, what: 'checking .env' })) }
}

/** The server reports whole seconds, at some time between the request and the answer. */
function clockAhead(thereMs: number, { fromMs, toMs }: { fromMs: number; toMs: number }): number {
  if (thereMs > toMs) return thereMs - toMs
  return thereMs + 999 < fromMs ? thereMs + 999 - fromMs : 0
}

function judged(value: string, judge: () => void): Answer<string> {
  try {
    judge()
    return { value: value.trim() }
  } catch (error) {
    if (error instanceof DrayError) return { failure: failureFrom(error) }
    throw error
  }
}

function linesOf(text: string): string[] {
  return text.split('\n').filter((line) => line !== '')
}

function linesIfAny(text: string | undefined): string[] | undefined {
  return text === undefined ? undefined : linesOf(text)
}
