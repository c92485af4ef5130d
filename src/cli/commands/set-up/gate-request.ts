import { DrayError } from '../../../errors/dray-error.ts'
import { stripControl } from '../../../shared/strip-control.ts'

const tag = '[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}'
const image = '[a-z0-9][a-z0-9._:/-]{0,254}@sha256:[0-9a-f]{64}'

/** What a key may be let ask for: how people write it, and all that is taken for it. */
export const gateRequests = {
  deploy: { form: 'deploy TAG [IMAGE@DIGEST...]', pattern: new RegExp(`^deploy (${tag})((?: ${image})*)$`) },
  plan: { form: 'plan TAG', pattern: new RegExp(`^plan (${tag})$`) },
  rollback: { form: 'rollback', pattern: /^rollback$/ },
  status: { form: 'status', pattern: /^status$/ },
  history: { form: 'history', pattern: /^history$/ },
} as const

export type GateRequestName = keyof typeof gateRequests

export type GateRequest = {
  name: GateRequestName
  /** Of `deploy` and `plan`. */
  tag: string | undefined
  /** Images by digest, as `--expect` takes them. */
  expected: string | undefined
}

/** The requests that a gate lets through, by the names on its command line. Throws USAGE for one that there is not. */
export function readGateRequests(names: readonly string[]): GateRequestName[] {
  const allowed = (names.length === 0 ? ['deploy'] : names).map((name) => {
    if (isRequestName(name)) return name
    throw new DrayError('USAGE', `A gate lets through no request \`${name}\`.`, {
      hint: `It may be ${Object.keys(gateRequests).join(', ')}.`,
    })
  })
  return [...new Set(allowed)]
}

/**
 * What was asked for over SSH. Nothing in it is taken apart by a shell: the whole text has to be one of the forms. Throws
 * GATE_REFUSED for anything else.
 */
export function parseGateRequest(text: string | undefined, allowed: readonly GateRequestName[]): GateRequest {
  for (const name of allowed) {
    const found = gateRequests[name].pattern.exec(text ?? '')
    if (found) return { name, tag: found[1], expected: found[2]?.trim() || undefined }
  }
  const forms = allowed.map((name) => `\`${gateRequests[name].form}\``).join(', ')
  const asked = stripControl(text ?? '')
    .slice(0, 80)
    .replaceAll('\n', ' ')
  throw new DrayError(
    'GATE_REFUSED',
    asked === '' ? 'This key opens no shell.' : `This key may not ask for \`${asked}\`.`,
    { hint: `It may ask for ${forms}, after the name of the host: \`ssh HOST …\`.` },
  )
}

function isRequestName(name: string): name is GateRequestName {
  return Object.hasOwn(gateRequests, name)
}
