import * as z from 'zod'
import { catalogue, type ErrorCode } from '../../errors/catalogue.ts'
import { DrayError } from '../../errors/dray-error.ts'
import { cutText } from '../../shared/cut-text.ts'
import { parseJson } from '../../shared/parse-json.ts'
import { stripControl } from '../../shared/strip-control.ts'
import type { CommandOutput } from '../host/command-runner.ts'

/** The requests of `dray gate` whose answer is JSON. */
export type GateRequestText = 'status --json' | `history --json${'' | ' --steps'}${'' | ` --limit ${number}`}`

/** Attempts, and tasks, of each host that `history --json` answers without `--limit`, and at most with it. */
export const GATE_ENTRIES = { usual: 20, most: 100 }

/**
 * The request for the last `limit` attempts and tasks of each host, or as many as a gate gives: `entries`. `older`: what a gate
 * without `--limit` allows, which gives the usual number.
 */
export function historyRequest(
  limit: number,
  { withSteps }: { withSteps: boolean },
): { entries: number; request: GateRequestText; older?: GateRequestText } {
  const entries = Math.max(GATE_ENTRIES.usual, Math.min(limit, GATE_ENTRIES.most))
  const usual = withSteps ? 'history --json --steps' : 'history --json'
  if (entries === GATE_ENTRIES.usual) return { entries, request: usual }
  return { entries, request: `${usual} --limit ${entries}`, older: usual }
}

/** What a gate says of its environment, and the other lines of its answer. */
export type GateAnswer = {
  /** Its name in the dray.yml of the gate. */
  environment: string
  /** The hosts in that dray.yml: usually `local`; the servers, if the gate is on another machine. */
  hosts: readonly string[]
  /** When it answered, by its own clock, in milliseconds since the epoch. */
  atMs: number
  /** Objects with a `type`; what they have besides is to be checked. */
  lines: readonly { type: string }[]
  /** The failure that it reports beside the answers of several hosts, at least one of which did not answer. */
  failure?: DrayError
}

/** The gate does not allow the request, or its dray does not know it. */
export class RequestRefused extends DrayError {}

/** The login program is no longer `dray gate`: the user has another key now. */
export class NotAGate extends DrayError {}

/** Length limit of a sentence of a server. */
const LONGEST = 2000

/** Names and sentences, on one line: what is not trusted must not fill the page, or make a row of a table of its own. */
export const shortText = z.string().transform((text) => cutText(oneLine(text), LONGEST))
/** Milliseconds since the epoch that a date can have: ECMA-262, 21.4.1.1. */
export const timeMs = z.number().min(0).max(8.64e15)
const MOST_HOSTS = 100
/** Of the history of that many hosts. */
const MOST_LINES = 25_000

const name = z.string().max(4096)
const introduction = z.object({
  type: z.literal('gate'),
  time: z.iso.datetime(),
  environment: name,
  path: name,
  hosts: z.array(name).min(1).max(MOST_HOSTS),
})
export const reported = z.object({ code: shortText, message: z.string(), hint: z.string() })
const failed = z.object({ type: z.literal('failed'), failure: reported })
const line = z.looseObject({ type: shortText })

/**
 * Reads what a gate answered to a request about the app in `path`. Throws GATE_REFUSED if it does not allow the request, or is that
 * of another app; the failure that it reports of its only host; and `NotAGate`, HOST_COMMAND_FAILED, for what no gate answers.
 */
export function readGateAnswer(
  { stdout, stderr }: Pick<CommandOutput, 'stdout' | 'stderr'>,
  { host, request, path }: { host: string; request: GateRequestText; path: string },
): GateAnswer {
  const lines = stdout.split('\n', MOST_LINES).flatMap((text) => line.safeParse(parseJson(text)).data ?? [])
  const failure = lines.flatMap((it) => failed.safeParse(it).data ?? [])[0]?.failure
  const gate = lines.flatMap((it) => introduction.safeParse(it).data ?? [])[0]
  const isWhole = gate === undefined || gate.hosts.length === 1
  if (failure !== undefined && isWhole) throw toldFailure(failure, host)
  if (gate === undefined) throw refused(`${stdout}\n${stderr}`, host, request)
  if (gate.path !== path) {
    throw new DrayError(
      'GATE_REFUSED',
      `The key that ${host} accepted is one of \`dray gate\` for the app in ${cutText(stripControl(gate.path), 200)}, not in ${path}.`,
      { hint: `Give dray ${anotherKey(host)}` },
    )
  }
  const { environment, hosts, time } = gate
  const partly = failure === undefined ? {} : { failure: toldFailure(failure, host) }
  return { environment, hosts, atMs: Date.parse(time), lines, ...partly }
}

function refused(printed: string, host: string, request: GateRequestText): DrayError {
  const details = { logTail: tailOf(printed), logOf: 'ssh' }
  if (!printed.includes('[GATE_REFUSED]')) {
    return new NotAGate(
      'HOST_COMMAND_FAILED',
      `${host} does not answer \`${request}\` as \`dray gate\` does.`,
      {
        hint: `Run \`ssh ${host} ${request}\` to see what it answers.`,
        details,
      },
    )
  }
  const [name] = request.split(' ')
  return new RequestRefused(
    'GATE_REFUSED',
    `The key that ${host} accepted is one of \`dray gate\`, which does not allow \`${request}\`.`,
    {
      hint: `Allow \`${name}\` in its line of \`authorized_keys\`, with a dray there that is as new as this one; or give dray ${anotherKey(host)}`,
      details,
    },
  )
}

function anotherKey(host: string): string {
  return `another key for ${host}, for example as \`IdentityFile\` in ~/.ssh/config.`
}

function tailOf(printed: string): string[] {
  return stripControl(printed)
    .split('\n')
    .filter((it) => it.trim() !== '')
    .slice(-8)
}

/** A failure that the gate of a host reports. */
export function toldFailure(told: z.infer<typeof reported>, host: string): DrayError {
  const code = isCode(told.code) && !OF_THIS_DRAY.test(told.code) ? told.code : 'HOST_COMMAND_FAILED'
  const say = (text: string): string => cutText(oneLine(stripControl(text)), LONGEST)
  return new DrayError(code, `The gate of ${host}: ${say(told.message)}`, { hint: say(told.hint) })
}

/** Codes that say something of this command, of this machine, or of the connection to the gate. */
const OF_THIS_DRAY = /^(?:CANCELLED|INTERNAL|USAGE|GATE_REFUSED|HOST_|SSH_|OPEN_FILE_LIMIT|PROCESS_LIMIT)/

function oneLine(text: string): string {
  return text.replace(/\s*[\r\n]+\s*/g, ' ')
}

function isCode(code: string): code is ErrorCode {
  return Object.hasOwn(catalogue, code)
}

/** The name here of a host of the gate's dray.yml; undefined for one that it does not have. */
export function nameToldHost(host: string, { hosts }: GateAnswer, told: string): string | undefined {
  if (!hosts.includes(told)) return undefined
  return hosts.length === 1 ? host : `${host}: ${told}`
}
