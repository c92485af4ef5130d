import type { EnvListing } from './ports.ts'

/** A variable used in the compose files; `required` means that it has no default there. */
export type ComposeVariable = { name: string; required: boolean }

export type VariableReview = {
  name: string
  /** Variables in `.env` on the host. */
  state: 'set' | 'empty' | 'missing'
  inExample: boolean
  /** `env-file`: not by name, but a service reads all of `.env`. */
  inCompose: 'required' | 'optional' | 'env-file' | 'no'
  verdict: 'ok' | 'missing' | 'empty' | 'unused' | 'unlisted' | 'default' | 'at-deploy'
}

export type ReviewInput = {
  listing: EnvListing
  /** Names in `.env.example`; undefined if there is no such file. */
  example: readonly string[] | undefined
  compose: readonly ComposeVariable[]
  /** Services that read all of `.env`. */
  envFileServices: readonly string[]
  /** Names that every deploy sets, whatever is in `.env`. */
  deployTime: readonly string[]
}

/**
 * Every variable in `.env`, `.env.example` or the compose files, with its state. `unused` means that it is only in `.env`,
 * `unlisted` that services read it nevertheless, with all of `.env`; without a `.env.example` neither can be determined.
 */
export function reviewVariables({
  listing,
  example,
  compose,
  envFileServices,
  deployTime,
}: ReviewInput): VariableReview[] {
  const present = new Map(
    (listing.isThere ? listing.variables : []).map(
      ({ name, isEmpty }) => [name, isEmpty ? 'empty' : 'set'] as const,
    ),
  )
  const composed = new Map<string, 'required' | 'optional'>()
  for (const { name, required } of compose) {
    if (required || !composed.has(name)) composed.set(name, required ? 'required' : 'optional')
  }
  const inExample = new Set(example)
  const unnamed = envFileServices.length > 0 ? 'env-file' : 'no'
  const names = new Set([...inExample, ...composed.keys(), ...present.keys()])
  return [...names].flatMap((name): VariableReview[] => {
    const variable = {
      name,
      state: present.get(name) ?? 'missing',
      inExample: inExample.has(name),
      inCompose: composed.get(name) ?? unnamed,
    } as const
    const isGiven = deployTime.includes(name)
    if (isGiven && variable.state === 'missing') return []
    return [{ ...variable, verdict: isGiven ? 'at-deploy' : judge(variable, example !== undefined) }]
  })
}

function judge(
  { state, inExample, inCompose }: Omit<VariableReview, 'name' | 'verdict'>,
  hasExample: boolean,
): VariableReview['verdict'] {
  if (state === 'missing') return inExample || inCompose === 'required' ? 'missing' : 'default'
  if (state === 'empty') return 'empty'
  if (!hasExample || inExample) return 'ok'
  if (inCompose === 'env-file') return 'unlisted'
  return inCompose === 'no' ? 'unused' : 'ok'
}
