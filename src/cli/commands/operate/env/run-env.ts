import { createEnvStore } from '../../../../adapters/directory/env/env-store.ts'
import type { HostEdit } from '../../../../operations/env/change-hosts.ts'
import { renderVariable } from '../../../../operations/env/render-variable.ts'
import { EXIT, type ExitCode } from '../../../../errors/exit-code.ts'
import { mapNonEmpty } from '../../../../shared/non-empty.ts'
import { Secret } from '../../../../shared/secrets/secret.ts'
import { renderVariables } from '../../../../ui/render/results/render-variables.ts'
import { createCommandOutput } from '../../../command/command-output.ts'
import { changeEnv, type EnvWork } from './change-env.ts'
import { createReviewer } from './create-reviewer.ts'
import { confirmChanges } from './confirm-changes.ts'
import type { InputOf } from '../../../command/command.ts'
import { connectEach } from '../../../command/connect-each.ts'
import type { CliContext } from '../../../command/context.ts'
import { editEnv } from './edit-env.ts'
import type { envCommand } from './env.ts'
import { orderArguments, readEnvAction } from './env-action.ts'
import { importEnv } from './import-env.ts'
import { restoreEnv } from './restore-env.ts'
import { withNamedHost } from '../../../command/host-option.ts'
import { loadEnvironment } from '../../../command/load-environment.ts'
import { readValue } from './read-value.ts'

/** Runs `dray env`. Throws the errors of the configuration, of connecting and of the store. */
export async function runEnv(given: InputOf<typeof envCommand>, context: CliContext): Promise<ExitCode> {
  const command = orderArguments(given)
  const action = readEnvAction(command)
  const input = withNamedHost(await loadEnvironment(command, context, { swarm: true }), command.options.host)
  const output = createCommandOutput(input, context)
  const { hosts, path } = input.config.environment
  await using connected = await connectEach(hosts, context, (runner) =>
    createEnvStore({ runner, path, clock: context.clock }),
  )
  const work: EnvWork = { input, context, output, stores: connected.hosts, yes: command.options.yes === true }
  switch (action.kind) {
    case 'list':
      await listVariables(work)
      break
    case 'set':
      await setVariable(work, action)
      break
    case 'unset':
      await unsetVariable(work, action)
      break
    case 'edit':
      await editEnv(work)
      break
    case 'import':
      await importEnv(work, action)
      break
    case 'restore':
      await restoreEnv(work, action.copy)
      break
  }
  return EXIT.done
}

async function listVariables({ input, output, stores }: EnvWork): Promise<void> {
  const { environment } = input.config
  const [reviewer, ...listings] = await Promise.all([
    createReviewer(input),
    ...stores.map(async (store) => ({ store, listing: await store.list() })),
  ])
  if (!reviewer.hasExample) {
    output.note('Unused variables cannot be detected: there is no .env.example next to the compose file.')
  }
  for (const { store, listing } of listings) {
    const { mode, variables } = reviewer.review(listing)
    const { host, path } = store
    if (input.options.json) {
      output.json({ type: 'env.listed', environment: environment.name, host, path, mode, variables })
      continue
    }
    output.print(output.clean(renderVariables({ host, path, mode, variables }, output.style)))
    if (/[4-7]$/.test(mode ?? '')) {
      output.note(`Other users of ${host} can read the file. Run \`chmod 600 ${path}/.env\` on the server.`)
    }
  }
}

async function setVariable(
  work: EnvWork,
  { name, mayBeEmpty }: { name: string; mayBeEmpty: boolean },
): Promise<void> {
  const value = await readValue(
    { name, environment: work.input.config.environment.name, mayBeEmpty },
    work.context,
  )
  const lines = new Secret(renderVariable(name, value))
  const names = { set: [name], removed: [] }
  const edits = mapNonEmpty(work.stores, (store): HostEdit => ({
    store,
    names,
    make: (writer, by) => writer.set(name, lines, by),
  }))
  await changeEnv(work, edits, { isRepeatable: true })
}

async function unsetVariable(work: EnvWork, { name }: { name: string }): Promise<void> {
  const changes = { added: [], changed: [], removed: [name] }
  const how = { mustAsk: false, isNamed: true }
  if (!(await confirmChanges(work, new Map([[work.stores[0], changes]]), how))) return
  const names = { set: [], removed: [name] }
  const edits = mapNonEmpty(work.stores, (store): HostEdit => ({
    store,
    names,
    make: (writer, by) => writer.unset(name, by),
  }))
  await changeEnv(work, edits, { isRepeatable: true })
}
