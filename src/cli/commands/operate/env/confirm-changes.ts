import { readComposeUses, readEnvExample } from '../../../../adapters/source/app-variables.ts'
import { deployTimeNames } from '../../../../config/environment-variables.ts'
import { findNeededNames } from '../../../../operations/env/needed-names.ts'
import { parseDotenv, type VariableChanges } from '../../../../operations/env/parse-dotenv.ts'
import type { EnvStore } from '../../../../operations/env/ports.ts'
import { DrayError } from '../../../../errors/dray-error.ts'
import { canAsk, openQuestions } from '../../../command/questions.ts'
import type { EnvWork } from './change-env.ts'

/**
 * Shows the changes on each host, and asks before variables that the app needs are removed; with `mustAsk`, before any change.
 * False if the user declines. Throws ENV_NEEDED if they would be removed unasked (with `--yes`, or without a terminal), unless the
 * user named them (`isNamed`), and USAGE if another change is to be confirmed without a terminal.
 */
export async function confirmChanges(
  work: EnvWork,
  changes: ReadonlyMap<EnvStore, VariableChanges>,
  { mustAsk, isNamed = false }: { mustAsk: boolean; isNamed?: boolean },
): Promise<boolean> {
  const { context, output, yes } = work
  const removed = [...changes.values()].flatMap((it) => it.removed)
  const needed = removed.length === 0 ? new Set<string>() : await readNeededNames(work)
  const lost = [...new Set(removed)].filter((name) => needed.has(name))
  const isChange = [...changes.values()].some((it) => Object.values(it).flat().length > 0)
  if (lost.length === 0 && !(mustAsk && isChange)) return true
  if (mustAsk) for (const [store, its] of changes) output.note(renderChanges(store, its, work))
  const names = lost.join(', ')
  const isUnasked = yes || !canAsk(context)
  if (isUnasked && !isNamed && lost.length > 0) throw refuseLoss(lost, work)
  if (yes) return true
  const question =
    lost.length === 0
      ? 'Write these changes?'
      : `Remove ${names}, which .env.example or the compose file needs?`
  if (await openQuestions(context, '--yes').confirm(question, false)) return true
  output.note('Nothing was written.')
  return false
}

function refuseLoss(names: readonly string[], { input }: EnvWork): DrayError {
  const its = names.length === 1 ? 'it' : 'them'
  const command = `dray env ${input.config.environment.name}`
  return new DrayError(
    'ENV_NEEDED',
    `${names.join(', ')} would be removed, and .env.example or the compose file needs ${its}. Nothing was written.`,
    {
      hint: `Keep ${its}, run the command on a terminal and confirm, or remove ${its} by name first: ${names.map((name) => `\`${command} unset ${name} --yes\``).join(', ')}.`,
    },
  )
}

/** Variables that the app needs, from the files on this machine. */
async function readNeededNames({ input }: EnvWork): Promise<Set<string>> {
  const { projectDirectory, environment } = input.config
  const [example, { variables: compose }] = await Promise.all([
    readEnvExample(projectDirectory),
    readComposeUses(projectDirectory, environment.composeFiles),
  ])
  return findNeededNames({
    example: example === undefined ? undefined : parseDotenv(example).variables.map(({ name }) => name),
    compose,
    deployTime: [...deployTimeNames, ...Object.keys(environment.env)],
  })
}

function renderChanges({ host, path }: EnvStore, changes: VariableChanges, { output }: EnvWork): string {
  const { colors } = output.style
  const lines = [
    ...changes.added.map((name) => colors.green(`  + ${name}`)),
    ...changes.changed.map((name) => `  ~ ${name}`),
    ...changes.removed.map((name) => colors.red(`  - ${name}`)),
  ]
  return [`${path}/.env on ${host}:`, ...(lines.length === 0 ? ['  no variable changes'] : lines)].join('\n')
}
