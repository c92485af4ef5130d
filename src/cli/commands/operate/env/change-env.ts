import type { EnvChange, EnvStore } from '../../../../operations/env/ports.ts'
import type { LockHolder } from '../../../../deploy/model/lock.ts'
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

export type Names = { set: readonly string[]; removed: readonly string[] }

/** Makes a change on every host, one after the other. After a failure, the remaining hosts are not changed. */
export async function changeEnv(
  { input, context, output, stores }: EnvWork,
  namesOf: (store: EnvStore) => Names,
  change: (store: EnvStore, by: LockHolder) => Promise<EnvChange>,
): Promise<void> {
  const environment = input.config.environment.name
  let isNew = false
  for (const store of stores) {
    const done = await change(store, { ...deployerOf(input, context), sinceMs: context.clock.now() })
    const names = namesOf(store)
    isNew ||= done.outcome !== 'unchanged'
    if (input.options.json)
      output.json({ type: 'env.changed', environment, host: store.host, ...names, ...done })
    else output.print(describeChange(store, { names, done, output }))
  }
  if (isNew) {
    output.note(`Running containers keep the old values until the next \`dray deploy ${environment}\`.`)
  }
}

function describeChange(
  { host, path }: EnvStore,
  { names: { set, removed }, done, output }: { names: Names; done: EnvChange; output: CommandOutput },
): string {
  const { colors, glyphs } = output.style
  const mark = colors.green(glyphs.done)
  if (done.outcome === 'unchanged')
    return `${mark} Nothing to do: ${path}/.env on ${host} already has this value.`
  const changes = [
    ...(set.length === 0 ? [] : [`set ${set.join(', ')}`]),
    ...(removed.length === 0 ? [] : [`removed ${removed.join(', ')}`]),
    ...(set.length + removed.length === 0 ? ['changed only comments'] : []),
  ].join('; ')
  const file = done.outcome === 'created' ? `the new ${path}/.env` : `${path}/.env`
  const backup = done.backup === undefined ? '' : ` The old file is kept as ${done.backup}.`
  return `${mark} ${changes.charAt(0).toUpperCase()}${changes.slice(1)} in ${file} on ${host}.${backup}`
}
