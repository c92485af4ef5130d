import { changeHosts, type HostEdit } from '../../../../operations/env/change-hosts.ts'
import type { ChangedNames, EnvChange, EnvStore } from '../../../../operations/env/ports.ts'
import type { NonEmpty } from '../../../../shared/non-empty.ts'
import type { CommandOutput } from '../../../command/command-output.ts'
import type { CliContext } from '../../../command/context.ts'
import { deployerOf } from '../../../command/deployer.ts'
import type { EnvironmentInput } from '../../../command/load-environment.ts'

/** Inputs of the actions of `dray env`. */
export type EnvWork = {
  input: EnvironmentInput
  context: CliContext
  output: CommandOutput
  /** One per host. */
  stores: NonEmpty<EnvStore>
  /** `--yes` */
  yes: boolean
}

/** Makes a change on all hosts, or on none. Throws what `changeHosts` throws. */
export async function changeEnv(
  { input, context, output }: EnvWork,
  edits: NonEmpty<HostEdit>,
  { isRepeatable }: { isRepeatable: boolean },
): Promise<void> {
  const environment = input.config.environment.name
  const { clock, signal } = context
  const deployer = deployerOf(input, context)
  const done = await changeHosts(edits, { deployer, clock, signal, environment, isRepeatable })
  for (const [index, { store, names }] of edits.entries()) {
    const its = done[index]
    if (its === undefined) continue
    if (input.options.json)
      output.json({ type: 'env.changed', environment, host: store.host, ...names, ...its })
    else output.print(describeChange(store, { names, done: its, output }))
  }
  if (done.some(({ outcome }) => outcome !== 'unchanged')) {
    output.note(`Running containers keep the old values until the next \`dray deploy ${environment}\`.`)
  }
}

function describeChange(
  { host, path }: EnvStore,
  { names: { set, removed }, done, output }: { names: ChangedNames; done: EnvChange; output: CommandOutput },
): string {
  const { colors, glyphs } = output.style
  const mark = colors.green(glyphs.done)
  if (done.outcome === 'unchanged')
    return `${mark} Nothing to do: ${describeSame(`${path}/.env on ${host}`, { set, removed })}.`
  const changes = [
    ...(set.length === 0 ? [] : [`set ${set.join(', ')}`]),
    ...(removed.length === 0 ? [] : [`removed ${removed.join(', ')}`]),
    ...(set.length + removed.length === 0 ? ['changed only comments'] : []),
  ].join('; ')
  const file = done.outcome === 'created' ? `the new ${path}/.env` : `${path}/.env`
  const backup = done.backup === undefined ? '' : ` The old file is kept as ${done.backup}.`
  return `${mark} ${changes.charAt(0).toUpperCase()}${changes.slice(1)} in ${file} on ${host}.${backup}`
}

function describeSame(file: string, { set, removed }: ChangedNames): string {
  if (set.length === 0 && removed.length > 0)
    return `${removed.join(', ')} ${removed.length === 1 ? 'is' : 'are'} not set in ${file}`
  return `${file} already has ${set.length === 1 ? 'this value' : 'these values'}`
}
