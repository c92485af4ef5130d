import * as z from 'zod'
import type { Failure } from '../../deploy/model/events.ts'
import type { Digest } from '../../deploy/model/image-reference.ts'
import { COMMIT_ID } from '../../deploy/model/release.ts'
import { DrayError } from '../../errors/dray-error.ts'
import { DRIFT_KINDS, type HostStatus, type KnownHost } from '../../operations/status/status.ts'
import { nameToldHost, shortText, timeMs, type GateAnswer } from './gate-answer.ts'

const number = z.number()
const count = z.number().int().nonnegative()
const optionalText = shortText.optional()
/** Of services, drift and the like. */
const listOf = <T extends z.ZodType>(of: T) => z.array(of).max(2000)

/** A release id as links and comparisons expect it. */
export const releaseId = z.string().regex(/^r\d{1,9}$/)
export const deployer = z.object({ user: shortText, machine: shortText, run: optionalText })

export const sourceCommit = z.object({ id: z.string().regex(COMMIT_ID), isDirty: z.literal(true).optional() })

const failure: z.ZodType<Failure> = z.object({
  code: shortText,
  title: shortText,
  message: shortText,
  hint: shortText,
  exitCode: number,
  details: z.object({ logTail: z.array(shortText).max(100).optional(), logOf: optionalText }),
})

const service = z.object({
  service: shortText,
  state: z.enum(['running', 'partial', 'restarting', 'paused', 'stopped', 'ended', 'missing']),
  health: z.enum(['healthy', 'starting', 'unhealthy', 'unchecked', 'none']),
  running: count,
  desired: count,
  restarts: count,
  upMs: number.optional(),
  image: z.object({
    name: shortText,
    tag: optionalText,
    digest: z.custom<Digest>((it) => typeof it === 'string' && /^sha256:[0-9a-f]{64}$/.test(it)).optional(),
  }),
  profiles: listOf(shortText).optional(),
  nodes: listOf(shortText).optional(),
  update: z.object({ state: shortText, message: shortText }).optional(),
  failedTasks: listOf(
    z.object({
      task: shortText,
      node: optionalText,
      error: shortText,
      exitCode: number.optional(),
      atMs: timeMs,
    }),
  ).optional(),
})

const drift = z.object({
  kind: z.enum(DRIFT_KINDS),
  subject: shortText,
  message: shortText,
  hint: shortText,
})

const url = z.union([
  z.object({ url: shortText, isGood: z.boolean(), status: number }),
  z.object({ url: shortText, isGood: z.boolean(), error: shortText, unsent: z.literal(true).optional() }),
])

const swarm = z.object({
  nodes: listOf(
    z.object({
      node: shortText,
      role: z.enum(['manager', 'worker']),
      state: shortText,
      availability: shortText,
      isLeader: z.literal(true).optional(),
    }),
  ),
  failure: failure.optional(),
})

const knownHost: z.ZodType<KnownHost> = z.object({
  host: shortText,
  verdict: z.enum(['unhealthy', 'drifted', 'nothing-deployed', 'deploying', 'ok']),
  release: z
    .object({
      ...{ id: releaseId, tag: optionalText, commit: sourceCommit.optional() },
      ...{ createdAtMs: timeMs, ageMs: number, by: deployer },
    })
    .optional(),
  services: listOf(service),
  drift: listOf(drift),
  notSetUp: drift.pick({ message: true, hint: true }).optional(),
  urls: listOf(url),
  fileSystems: listOf(
    z.object({
      mount: shortText,
      holds: listOf(shortText),
      totalBytes: number,
      usedBytes: number,
      availableBytes: number,
    }),
  ),
  journalBytes: count.optional(),
  swarm: swarm.optional(),
  lock: z
    .object({
      holder: deployer
        .extend({
          release: optionalText,
          task: optionalText,
          removes: z.boolean().optional(),
          sinceMs: timeMs,
        })
        .optional(),
    })
    .optional(),
})

const status = z.object({
  type: z.literal('status'),
  hosts: z
    .array(z.union([knownHost, z.object({ host: shortText, verdict: z.literal('unknown'), failure })]))
    .max(100),
  failure: failure.optional(),
})

/**
 * The hosts of the answer to `status --json`, under the names that they have here; the commands in it name the environment as it is
 * called here. Throws the failure that the gate reports in place of them, and HOST_COMMAND_FAILED for an answer that has another form.
 */
export function readToldStatus(
  answer: GateAnswer,
  { host, environment }: { host: string; environment: string },
): HostStatus[] {
  const told = answer.lines.filter(({ type }) => type === 'status').map((it) => status.safeParse(it).data)
  const hosts = told
    .flatMap((it) => it?.hosts ?? [])
    .flatMap((it): HostStatus[] => {
      const name = nameToldHost(host, answer, it.host)
      return name === undefined
        ? []
        : [withNames({ ...it, host: name }, { from: answer.environment, to: environment }, it.host)]
    })
  const why = told[0]?.failure
  if (hosts.length === 0 && why !== undefined) return [{ host, verdict: 'unknown', failure: why }]
  if (hosts.length > 0) return hosts
  if (answer.failure !== undefined) throw answer.failure
  throw new DrayError(
    'HOST_COMMAND_FAILED',
    `The gate of ${host} answered \`status --json\` in another form.`,
    {
      hint: `Its dray and this one may be too far apart: \`dray --version\` here and on ${host} shows which they are.`,
    },
  )
}

function withNames(status: HostStatus, names: Names, toldHost: string): HostStatus {
  const say = (text: string): string => nameHere(rename(text, names), toldHost, status.host)
  if (status.verdict === 'unknown') {
    const { message, hint } = status.failure
    return { ...status, failure: { ...status.failure, message: say(message), hint: say(hint) } }
  }
  const sayBoth = <T extends { message: string; hint: string }>(it: T): T => ({
    ...it,
    ...{ message: say(it.message), hint: say(it.hint) },
  })
  const { drift, notSetUp } = status
  return { ...status, drift: drift.map(sayBoth), ...(notSetUp && { notSetUp: sayBoth(notSetUp) }) }
}

type Names = { from: string; to: string }

/** In commands of dray: what is typed here must not reach another environment of that name here. It is their first word of that name. */
function rename(text: string, { from, to }: Names): string {
  return text.replace(/`dray [^`]*`/g, (command) => {
    const words = command.split(/(?<= )|(?=`$)/)
    const at = words.findIndex((word) => word.trimEnd() === from)
    return words.map((word, index) => (index === at ? word.replace(from, () => to) : word)).join('')
  })
}

/** A gate says `local` of its own machine, which would be this one here. */
function nameHere(text: string, toldHost: string, host: string): string {
  return text
    .split(/(?<= )/)
    .map((word, index, all) => {
      const isNamed = word.replace(/[.,:;]?\s*$/, '') === toldHost
      const isHost = index === 0 || all[index - 1] === 'on '
      return isNamed && isHost ? word.replace(toldHost, () => host) : word
    })
    .join('')
}
