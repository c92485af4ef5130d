import { DrayError } from '../../../errors/dray-error.ts'
import { stripControl } from '../../../shared/strip-control.ts'

const tag = '(?<tag>[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})'
const image = '[a-z0-9][a-z0-9._:/-]{0,254}@sha256:[0-9a-f]{64}'

/** The requests that a key can be allowed to make: their form in messages, and their exact pattern. */
export const gateRequests = {
  deploy: {
    form: 'deploy TAG [IMAGE@DIGEST...]',
    pattern: new RegExp(`^deploy ${tag}(?<expected>(?: ${image})*)$`),
  },
  plan: { form: 'plan TAG', pattern: new RegExp(`^plan ${tag}$`) },
  rollback: { form: 'rollback', pattern: /^rollback$/ },
  status: { form: 'status [--json]', pattern: /^status(?<json> --json)?$/ },
  history: {
    form: 'history [--json [--steps] [--limit 1..100]]',
    pattern: /^history(?<json> --json(?<steps> --steps)?(?: --limit (?<limit>[1-9]\d?|100))?)?$/,
  },
} as const

export type GateRequestName = keyof typeof gateRequests

export type GateRequest = {
  name: GateRequestName
  /** For `deploy` and `plan`. */
  tag: string | undefined
  /** Images by digest, as for `--expect`. */
  expected: string | undefined
  /** The answer is for a program. */
  isJson: boolean
  /** For `history`: with the steps of each deploy. */
  withSteps: boolean
  /** For `history`: the number of entries. */
  limit: string | undefined
}

/** The requests that a gate allows, from its command line. Throws USAGE for an unknown one. */
export function readGateRequests(names: readonly string[]): GateRequestName[] {
  const allowed = (names.length === 0 ? ['deploy'] : names).map((name) => {
    if (isRequestName(name)) return name
    throw new DrayError('USAGE', `The request \`${name}\` does not exist.`, {
      hint: `Requests: ${Object.keys(gateRequests).join(', ')}.`,
    })
  })
  return [...new Set(allowed)]
}

/**
 * Parses the request made over SSH. It is not split by a shell: the complete text must match one of the forms. Throws
 * GATE_REFUSED for anything else.
 */
export function parseGateRequest(text: string | undefined, allowed: readonly GateRequestName[]): GateRequest {
  for (const name of allowed) {
    const found = gateRequests[name].pattern.exec(text ?? '')
    if (found === null) continue
    const { tag: asked, expected, json, steps, limit } = found.groups ?? {}
    const isJson = json !== undefined
    return {
      name,
      tag: asked,
      expected: expected?.trim() || undefined,
      isJson,
      withSteps: steps !== undefined,
      limit,
    }
  }
  const forms = allowed.map((name) => `\`${gateRequests[name].form}\``).join(', ')
  const asked = stripControl(text ?? '')
    .slice(0, 80)
    .replaceAll('\n', ' ')
  throw new DrayError(
    'GATE_REFUSED',
    asked === '' ? 'This key does not allow a shell.' : `This key does not allow \`${asked}\`.`,
    { hint: `Allowed after \`ssh HOST\`: ${forms}.` },
  )
}

function isRequestName(name: string): name is GateRequestName {
  return Object.hasOwn(gateRequests, name)
}
