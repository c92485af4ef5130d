import { randomBytes } from 'node:crypto'
import type { EnvFileObservation, OddLine } from '../../../deploy/model/ports.ts'
import { DrayError } from '../../../errors/dray-error.ts'
import { Secret } from '../../../shared/secrets/secret.ts'
import { sectionText, type Section } from '../sections.ts'
import type { EnvUses } from './env-uses.ts'
import type { DeployValueMap } from '../values.ts'
import { hashValue, isHashOfNothing, readValueHashes } from './value-hashes.ts'

/** A line of the output of `odd_lines`. */
type FoundLine = { file: string; kind: string; line: number; variable: string }
type Place = { host: string; path: string }

type EnvFactsInput = {
  place: Place
  uses: EnvUses
  hashes: HostHashes
  /** Names in `.env`. */
  variables: readonly string[]
}

/** The key and the hashes of values on a host. `key` is undefined if it is there and cannot be used. */
export type HostHashes = { key: string | undefined; isNew: boolean; byVariable: ReadonlyMap<string, string> }

/** Reads the hashes of values; without a key on the host, a new one is used. */
export function readHostHashes(sections: readonly Section[]): HostHashes {
  const printed = sectionText(sections, 'hash-key')
  const isNew = printed === undefined || printed === ''
  const usable = /^[0-9a-f]{64}$/.test(printed ?? '') ? printed : undefined
  const key = isNew ? randomBytes(32).toString('hex') : usable
  const text = sectionText(sections, 'value-hashes') ?? ''
  return { key, isNew, byVariable: key === undefined ? new Map() : readValueHashes(text, key) }
}

/**
 * The hash of each value that is the content of a secret or config, from the deploy-time values or the host; variables without
 * a value are left out. Undefined if the host's key cannot be used.
 */
export function readContentHashes(
  { key, byVariable }: HostHashes,
  { contentVariables }: EnvUses,
  { values, variables }: { values: DeployValueMap; variables: readonly string[] },
): ReadonlyMap<string, string> | undefined {
  if (key === undefined) return undefined
  return new Map(
    contentVariables.flatMap((name): [string, string][] => {
      const value = values[name]
      if (value !== undefined) return [[name, hashValue(name, value, key)]]
      const hash = byVariable.get(name)
      const isSet = hash !== undefined && (variables.includes(name) || !isHashOfNothing(name, hash, key))
      return isSet ? [[name, hash]] : []
    }),
  )
}

/** The parts of an observation that are about values and lines of env files. Throws what refuseEnvFiles throws. */
export function readEnvFacts(
  sections: readonly Section[],
  { place, uses, hashes, variables }: EnvFactsInput,
): Pick<EnvFileObservation, 'valueHashes' | 'newHashKey' | 'oddLines'> {
  const found = sections.flatMap(readFoundLines)
  refuseEnvFiles(found, uses, place)
  const { key, isNew, byVariable } = hashes
  const odd = found.flatMap((it): OddLine[] => {
    const { file, line, kind, variable } = it
    const isRaw = file !== '.env' && uses.rawFiles.some(({ path }) => path === file)
    if (kind === 'dollar' && !isRaw) return [{ file, line, kind, variable }]
    return kind === 'statement' ? [{ file, line, kind }] : []
  })
  return {
    ...(key !== undefined && {
      valueHashes: Object.fromEntries([...byVariable].filter(([name]) => variables.includes(name))),
    }),
    ...(key !== undefined && isNew && { newHashKey: new Secret(key) }),
    ...(odd.length > 0 && { oddLines: odd }),
  }
}

function readFoundLines({ name, text }: Section): FoundLine[] {
  const [, file] = /^odd-lines (.+)$/.exec(name) ?? []
  if (file === undefined) return []
  return text.split('\n').flatMap((it): FoundLine[] => {
    const [, kind = '', line, variable = ''] = /^([a-z]+) (\d+)(?: ([\w.-]+))?$/.exec(it) ?? []
    return line === undefined ? [] : [{ file, kind, line: Number(line), variable }]
  })
}

/** The failure for an env file with zero bytes. `where` is the file with its directory and host. */
export function noText(where: string, file: string): DrayError {
  return new DrayError('ENV_INVALID', `${where} is not UTF-8 text: it has zero bytes, as UTF-16 has.`, {
    hint: `On the server, convert it: \`iconv -f UTF-16 -t UTF-8 ${file}\` prints it as UTF-8. Write that to the file.`,
  })
}

/** Refuses env files that Compose would refuse later. Throws ENV_INVALID and COMPOSE_FILE_SET; names lines, never values. */
function refuseEnvFiles(found: readonly FoundLine[], uses: EnvUses, { host, path }: Place): void {
  for (const { file, kind, line } of found) {
    const where = `${path}/${file} on ${host}`
    if (kind === 'encoding') throw noText(where, file)
    if (kind === 'files' && file === '.env') {
      throw new DrayError(
        'COMPOSE_FILE_SET',
        `Line ${line} of ${where} sets COMPOSE_FILE, so Compose there reads other files than those of the release.`,
      )
    }
  }
  const broken = found.find(({ kind }) => kind === 'broken')
  if (broken !== undefined) {
    const reasons = found.filter(({ file }) => file === broken.file).flatMap(explain)
    throw new DrayError(
      'ENV_INVALID',
      `Compose cannot read ${path}/${broken.file} on ${host}: ${reasons.join('; ')}.`,
    )
  }
  const raw = found.find(
    ({ kind, file }) => kind === 'raw' && uses.rawFiles.some(({ path: it }) => it === file),
  )
  if (raw === undefined) return
  const service = uses.rawFiles.find(({ path: it }) => it === raw.file)?.service ?? ''
  throw new DrayError(
    'ENV_INVALID',
    `Line ${raw.line} of ${path}/${raw.file} on ${host} is not NAME=value: service ${service} reads the file with \`format: raw\`.`,
    { hint: 'Remove `export` and blanks before the `=`, or remove `format: raw` from the compose file.' },
  )
}

function explain({ kind, line, variable }: FoundLine): string[] {
  if (kind === 'statement') return [`line ${line} is not NAME=value`]
  if (kind === 'quote') return [`the quote of ${variable} in line ${line} is never closed`]
  return kind === 'dollar' ? [`the \`$\` in line ${line} is not in single quotes`] : []
}
