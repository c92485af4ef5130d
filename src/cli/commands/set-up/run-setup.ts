import { checkComposeVersion } from '../../../adapters/compose/compose-failure.ts'
import { createEngine } from '../../../adapters/docker/engine-api.ts'
import { assertEngineSupported } from '../../../adapters/docker/engine-version.ts'
import type { CommandRunner } from '../../../adapters/host/command-runner.ts'
import { readSetupObservation } from '../../../adapters/server/read-setup-observation.ts'
import { runAction } from '../../../adapters/server/run-action.ts'
import { readComposeUses, readEnvExample } from '../../../adapters/source/app-variables.ts'
import { deployTimeNames } from '../../../config/environment-variables.ts'
import { actionTitle } from '../../../operations/setup/action-title.ts'
import { makeEnvTemplate } from '../../../operations/setup/env-template.ts'
import { makeSetupPlan, type SetupRequest } from '../../../operations/setup/make-setup-plan.ts'
import type { SetupPlan } from '../../../operations/setup/setup-plan.ts'
import { DrayError } from '../../../errors/dray-error.ts'
import { EXIT, type ExitCode } from '../../../errors/exit-code.ts'
import { cleanValue } from '../../../ui/reporters/clean-event.ts'
import { renderDuration } from '../../../ui/render/text/render-duration.ts'
import { renderRemainingSteps } from '../../../ui/render/results/render-init.ts'
import { renderSetup } from '../../../ui/render/results/render-setup.ts'
import type { InputOf } from '../../command/command.ts'
import { createCommandOutput, type CommandOutput } from '../../command/command-output.ts'
import { connectEach } from '../../command/connect-each.ts'
import type { CliContext } from '../../command/context.ts'
import { withNamedHost } from '../../command/host-option.ts'
import { loadEnvironment, type EnvironmentInput } from '../../command/load-environment.ts'
import { openQuestions } from '../../command/questions.ts'
import type { setupCommand } from './setup.ts'

type Work = { input: EnvironmentInput; context: CliContext; output: CommandOutput; wanted: SetupRequest }
type Planned = { runner: CommandRunner; plan: SetupPlan }

/** Inspects the servers, shows the actions, asks, runs them, and verifies. Throws the SETUP_… and HOST_… codes. */
export async function runSetup(
  command: InputOf<typeof setupCommand>,
  context: CliContext,
): Promise<ExitCode> {
  const { dryRun: isDryRun = false, yes = false } = command.options
  const asks = !yes && !isDryRun
  const questions = asks ? openQuestions(context, '--yes') : undefined
  const input = withNamedHost(await loadEnvironment(command, context, { swarm: true }), command.options.host)
  const output = createCommandOutput(input, context)
  const work: Work = { input, context, output, wanted: await readSetupRequest(input) }

  output.note(`Inspecting ${input.config.environment.hosts.join(', ')}`)
  await using connected = await connectEach(input.config.environment.hosts, context, (runner) => runner)
  const planned = await Promise.all(connected.hosts.map((runner) => planFor(runner, work)))
  // The original plans are executed; the cleaned ones are shown.
  const plans = cleanValue(
    planned.map(({ plan }) => plan),
    output.clean,
  )
  const count = plans.reduce((sum, { actions }) => sum + actions.length, 0)
  if (isDryRun || count === 0) {
    if (!isDryRun) await verify(work)
    tell(work, plans, 'planned')
    return EXIT.done
  }
  if (!yes) output.note(renderSetup(plans, 'planned', output.style))
  if (questions !== undefined && !(await questions.confirm('Continue?', false))) {
    output.note('Nothing was changed.')
    return EXIT.done
  }
  const results = await Promise.allSettled(planned.map((it) => carryOut(it, work)))
  const failed = results.find((result) => result.status === 'rejected')
  if (failed !== undefined) throw failed.reason
  await verify(work)
  tell(work, plans, 'done')
  return EXIT.done
}

async function readSetupRequest({ config }: EnvironmentInput): Promise<SetupRequest> {
  const { projectDirectory, environment } = config
  const [example, { variables }] = await Promise.all([
    readEnvExample(projectDirectory),
    readComposeUses(projectDirectory, environment.composeFiles),
  ])
  const deployTime = [...deployTimeNames, ...Object.keys(environment.env)]
  return {
    environment: environment.name,
    path: environment.path,
    envFile: makeEnvTemplate(example, variables, deployTime),
  }
}

async function planFor(runner: CommandRunner, { context, wanted }: Work): Promise<Planned> {
  return {
    runner,
    plan: makeSetupPlan(await readSetupObservation(runner, wanted.path, context.signal), wanted),
  }
}

async function carryOut({ runner, plan }: Planned, { context, output }: Work): Promise<void> {
  const { clock, signal } = context
  const { glyphs, colors } = output.style
  for (const action of plan.actions) {
    const title = `${runner.name}: ${actionTitle(action)}`
    output.note(`${colors.dim(glyphs.waiting)} ${title}`)
    const startedAtMs = clock.now()
    await runAction(action, { runner, clock }, signal)
    output.note(
      `${colors.green(glyphs.done)} ${title} ${colors.dim(renderDuration(clock.now() - startedAtMs))}`,
    )
  }
}

/**
 * Inspects the servers again, over new connections: a login keeps the groups that its user had when it began. Throws if an
 * action remains or Docker cannot be used.
 */
async function verify(work: Work): Promise<void> {
  const { input, context } = work
  await using connected = await connectEach(input.config.environment.hosts, context, (runner) => runner)
  await Promise.all(
    connected.hosts.map(async (runner) => {
      const { plan } = await planFor(runner, work)
      if (plan.actions.length > 0) {
        const missing = plan.actions.map(actionTitle).join('; ')
        throw new DrayError('SETUP_FAILED', `Still missing on ${runner.name} after all actions: ${missing}.`)
      }
      using engine = createEngine(runner)
      assertEngineSupported((await engine.observeEngine()).version, runner.name)
      const { stdout } = await runner.run(['docker', 'compose', 'version', '--short'])
      checkComposeVersion(stdout, runner.name)
    }),
  )
}

function tell({ input, output }: Work, plans: readonly SetupPlan[], stage: 'planned' | 'done'): void {
  if (input.options.json) {
    output.json({
      type: 'setup',
      environment: input.config.environment.name,
      stage,
      hosts: plans.map(({ host, actions, remaining }) => ({
        host,
        actions: actions.map((action) => ({
          kind: action.kind,
          title: actionTitle(action),
          cause: action.cause,
        })),
        remaining,
      })),
    })
    return
  }
  output.print(renderSetup(plans, stage, output.style))
  const remaining = plans.flatMap((plan) => plan.remaining)
  if (remaining.length > 0) output.note(renderRemainingSteps(remaining, output.style))
  else
    output.note(
      `Next: \`dray doctor ${input.config.environment.name}\` checks whether a deploy would succeed.`,
    )
}
