import type { EnvChange, EnvStore } from '../../../operations/env/ports.ts'
import type { LockHolder } from '../../../deploy/model/ports.ts'
import type { NonEmpty } from '../../../shared/non-empty.ts'
import type { CommandOutput } from '../../command/command-output.ts'
import type { CliContext } from '../../command/context.ts'
import { deployerOf } from '../../command/deployer.ts'
import type { EnvironmentInput } from '../../command/load-environment.ts'

/** What the actions of `dray env` work with. */
export type EnvWork = {
  input: EnvironmentInput
  context: CliContext
  output: CommandOutput
  /** One for each host. */
  stores: NonEmpty<EnvStore>
}

type Names = { set: readonly string[]; removed: readonly string[] }

/** Makes a change on every host, one after the other: where one refuses, the next is not touched. */
export async function changeEnv(
  { input, context, output, stores }: EnvWork,
  names: Names,
  change: (store: EnvStore, by: LockHolder) => Promise<EnvChange>,
): Promise<void> {
  const environment = input.config.environment.name
  let isNew = false
  for (const store of stores) {
    const done = await change(store, { ...deployerOf(input, context), sinceMs: context.clock.now() })
    isNew ||= done.outcome !== 'unchanged'
    if (input.options.json) output.json('env.changed', { environment, host: store.host, ...names, ...done })
    else output.print(describeChange(store, { names, done, output }))
  }
  if (isNew) {
    output.note(
      `What runs has the values it was started with; \`dray deploy ${environment}\` gives it the new ones.`,
    )
  }
}

function describeChange(
  { host, path }: EnvStore,
  { names: { set, removed }, done, output }: { names: Names; done: EnvChange; output: CommandOutput },
): string {
  const { colors, glyphs } = output.style
  const mark = colors.green(glyphs.done)
  if (done.outcome === 'unchanged') return `${mark} Nothing to do: ${path}/.env on ${host} is so already.`
  const what = [
    ...(set.length === 0 ? [] : [`${set.join(', ')} set`]),
    ...(removed.length === 0 ? [] : [`${removed.join(', ')} taken away`]),
    ...(set.length + removed.length === 0 ? ['only comments changed'] : []),
  ].join('; ')
  const file = done.outcome === 'created' ? `the new ${path}/.env` : `${path}/.env`
  const kept = done.backup === undefined ? '' : ` The old one is kept as ${done.backup}.`
  return `${mark} ${what} in ${file} on ${host}.${kept}`
}
