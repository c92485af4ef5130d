import { createHash } from 'node:crypto'
import { copyStamp } from '../../../operations/env/copy-stamp.ts'
import type { EnvChange, EnvCheck, EnvListing, EnvStore, EnvWriter } from '../../../operations/env/ports.ts'
import type { LockHolder } from '../../../deploy/model/lock.ts'
import { RECORD_FORMAT } from '../../../deploy/model/record-format.ts'
import { DrayError } from '../../../errors/dray-error.ts'
import { EXIT } from '../../../errors/exit-code.ts'
import type { Clock } from '../../../shared/clock.ts'
import { parseJson } from '../../../shared/parse-json.ts'
import { Secret } from '../../../shared/secrets/secret.ts'
import type { CommandOutput, CommandRunner } from '../../host/command-runner.ts'
import {
  changeEnvScript,
  dropOldCopiesScript,
  ENV_FILE_BROKEN,
  ENV_FILE_CHANGED,
  ENV_FILE_NO_TEXT,
  hashEnvScript,
  listEnvScript,
  NO_COPY,
  NOT_OWNER,
  readCopyScript,
  readEnvScript,
} from './env-scripts.ts'
import { noText } from './read-env-facts.ts'
import { runScript, scriptFailure } from '../host-script.ts'
import { lockHeld, takeLock } from '../lock/lock.ts'
import { holderText } from '../lock/lock-holder.ts'
import { LOCK_FREE } from '../lock/lock-script.ts'
import { newerFailure, withWriter } from '../written-by.ts'
import { FORMAT_NEWER, LOCKED } from '../scripts.ts'
import { parseSections, sectionText } from '../sections.ts'

type Place = { runner: CommandRunner; path: string; clock: Clock }
type Change = {
  action: 'set' | 'unset' | 'replace' | 'take-back'
  variable?: string
  input?: Secret
  entry: object
}
/** `alone` takes the app's lock; `write` and `check` are for its holder, and `check` changes nothing. */
type LockUse = 'alone' | 'write' | 'check'

/** `.env` in an app's directory on the host of `runner`. */
export function createEnvStore(place: Place): EnvStore {
  const { runner, path, clock } = place
  const ask = async (script: string, ...args: string[]): Promise<string> => {
    const output = await runScript(runner, script, { args: [path, ...args] })
    if (output.exitCode !== 0) throw failureOf(output, place)
    return output.stdout
  }
  const alone = createWriter(place, 'alone', readChange)
  return {
    host: runner.name,
    path,
    list: async () => readListing(await ask(listEnvScript)),
    ...alone,
    read: async () => {
      const [hash, text] = splitLine(await ask(readEnvScript))
      if (hash === 'none') return { text: new Secret(''), hash: undefined }
      return { text: checkedText(text, hash, `${path}/.env on ${runner.name}`), hash }
    },
    readCopy: async (wanted) => {
      const [name, rest] = splitLine(await ask(readCopyScript, wanted ?? ''))
      const [hash, text] = splitLine(rest)
      return { name, text: checkedText(text, hash, `${path}/${name} on ${runner.name}`) }
    },
    lock: (holder, options) => takeLock({ runner, path, holder, clock, withoutEnv: true, ...options }),
    underLock: {
      check: createWriter(place, 'check', readCheck),
      write: createWriter(place, 'write', readChange),
      hash: async () => (await ask(hashEnvScript)).trim(),
      takeBack: async ({ change: { backup }, check: { hashAfter }, names }, by) => {
        await runChange(place, by, {
          use: 'write',
          action: 'take-back',
          ...(backup !== undefined && { variable: backup }),
          input: new Secret(`${hashAfter}\n`),
          entry: { ...names, takenBack: true },
        })
      },
      dropOldCopies: async () => {
        await ask(dropOldCopiesScript)
      },
    },
  }
}

function createWriter<Result>(
  place: Place,
  use: LockUse,
  readResult: (printed: string) => Result,
): EnvWriter<Result> {
  const change = async (by: LockHolder, it: Change): Promise<Result> =>
    readResult(await runChange(place, by, { ...it, use }))
  return {
    set: (name, lines, by) =>
      change(by, { action: 'set', variable: name, input: lines, entry: { set: [name] } }),
    unset: (name, by) => change(by, { action: 'unset', variable: name, entry: { removed: [name] } }),
    replace: ({ text, expectedHash, changes }, by) => {
      const input = new Secret(`${expectedHash ?? 'none'}\n${text.reveal()}`)
      const { added, changed, removed } = changes
      return change(by, { action: 'replace', input, entry: { set: [...added, ...changed], removed } })
    },
  }
}

async function runChange(
  place: Place,
  by: LockHolder,
  { use, action, variable = '', input, entry }: Change & { use: LockUse },
): Promise<string> {
  const { runner, path, clock } = place
  const at = clock.now()
  const { user, machine, run } = by
  const line = JSON.stringify(
    withWriter({
      version: RECORD_FORMAT,
      at,
      event: 'env.changed',
      by: { user, machine, run },
      ...entry,
    }),
  )
  const output = await runScript(runner, changeEnvScript, {
    args: [path, action, variable, copyStamp(at), holderText(by), line, use],
    ...(input === undefined ? {} : { input: input.reveal() }),
  })
  if (output.exitCode !== 0) throw failureOf(output, place)
  return output.stdout
}

/** The first line of a text, and what follows it. */
function splitLine(text: string): [line: string, rest: string] {
  const end = text.indexOf('\n')
  return [text.slice(0, end), text.slice(end + 1)]
}

/** Bytes that are not UTF-8 have become others on the way. */
function checkedText(text: string, hash: string, file: string): Secret {
  if (createHash('sha256').update(text).digest('hex') === hash) return new Secret(text)
  throw new DrayError('ENV_UNREADABLE', `${file} is not UTF-8 text.`)
}

function readListing(printed: string): EnvListing {
  const sections = parseSections(printed)
  const mode = sectionText(sections, 'mode')
  if (mode === undefined) return { isThere: false }
  const lines = (sectionText(sections, 'variables') ?? '').split('\n').filter((line) => line !== '')
  // If a name occurs twice, the last one counts.
  const variables = new Map(
    lines.map((line) => {
      const [state = '', name = ''] = line.split(' ')
      return [name, { name, isEmpty: state === 'empty' }]
    }),
  )
  return { isThere: true, mode, variables: [...variables.values()] }
}

function readChange(printed: string): EnvChange {
  const sections = parseSections(printed)
  const outcome = (['created', 'changed'] as const).find((name) => sectionText(sections, name) !== undefined)
  const backup = sectionText(sections, 'copy') ?? ''
  return { outcome: outcome ?? 'unchanged', ...(backup === '' ? {} : { backup }) }
}

function readCheck(printed: string): EnvCheck {
  const sections = parseSections(printed)
  const hash = (name: string): string => (sectionText(sections, name) ?? '').trim()
  return { hashBefore: hash('before'), hashAfter: hash('after') }
}

function failureOf(output: CommandOutput, { runner, path, clock }: Place): DrayError {
  const file = `${path}/.env on ${runner.name}`
  switch (output.exitCode) {
    case LOCKED:
      return lockHeld(output.stdout.trim(), { runner, clock })
    case LOCK_FREE:
      return new DrayError(
        'LOCK_LOST',
        `The app's lock on ${runner.name} was lost. ${file} was not written.`,
        {
          hint: 'Run the same command again.',
          exitCode: EXIT.precondition,
        },
      )
    case FORMAT_NEWER:
      return newerFailure(parseJson(output.stdout), path)
    case ENV_FILE_CHANGED:
      return new DrayError('ENV_CHANGED', `Another process changed ${file} meanwhile. Nothing was written.`)
    case ENV_FILE_BROKEN:
      return new DrayError(
        'ENV_INVALID',
        `Compose cannot read the present or the new ${file}. Nothing was written.`,
      )
    case ENV_FILE_NO_TEXT:
      return noText(file, '.env')
    case NO_COPY: {
      const copies = output.stdout.split('\n').filter((line) => line !== '')
      return new DrayError('ENV_COPY_UNKNOWN', `There is no such copy of ${file}.`, {
        ...(copies.length > 0 && { hint: 'Name one of these, newest first.', details: { problems: copies } }),
      })
    }
    case NOT_OWNER:
      return new DrayError('ENV_UNREADABLE', `${file} belongs to another user, so it cannot be replaced.`, {
        hint: `\`ls -l ${path}/.env\` on the server shows its owner. Give it to the deploying user: \`sudo chown USER ${path}/.env\`.`,
      })
    default:
      return scriptFailure(output, { host: runner.name, path, what: 'changing .env' })
  }
}
