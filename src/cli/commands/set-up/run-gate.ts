import { parseEnvFile } from '../../../config/env-file.ts'
import { environmentVariables } from '../../../config/environment-variables.ts'
import { failureFrom } from '../../../deploy/execute/failure.ts'
import { DrayError } from '../../../errors/dray-error.ts'
import type { InputOf } from '../../command/command.ts'
import type { CliContext } from '../../command/context.ts'
import { createCommandOutput } from '../../command/command-output.ts'
import type { GlobalOptions } from '../../command/global-options.ts'
import { loadNamedEnvironment } from '../../command/load-environment.ts'
import { reportFailure } from '../../command/report-failure.ts'
import type { gateCommand } from './gate.ts'
import { parseGateRequest, readGateRequests, type GateRequest } from './gate-request.ts'

/** The only variables accepted on standard input. An owner or an environment name could select other images. */
const credentialNames = ['GITHUB_ACTOR', 'GITHUB_TOKEN']
/** A user or an app of GitHub. The value is passed to the compose file. */
const actor = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}(?:\[bot\])?$/

/** Variables of dray about this machine, which are kept. The others select the content of a deploy, and are removed. */
const kept = ['DOCKER_CONFIG', 'NO_COLOR']

/**
 * Runs the request made over SSH, if it is allowed; returns the exit code. Throws GATE_REFUSED otherwise, before any change.
 */
export async function runGate(input: InputOf<typeof gateCommand>, context: CliContext): Promise<number> {
  const { environment } = input.arguments
  if (environment === undefined)
    throw new DrayError('USAGE', 'The environment is missing.', {
      hint: 'See `dray gate --help`.',
    })
  const allowed = readGateRequests(input.rest)
  const request = parseGateRequest(context.env['SSH_ORIGINAL_COMMAND'], allowed)
  const asksRegistry = request.name === 'deploy' || request.name === 'plan'
  const credentials = asksRegistry ? await readCredentials(context) : {}
  const env = { ...withoutOwnVariables(context.env), ...credentials }
  const global = { ...input.global, plain: true, json: request.isJson }
  const run = request.isJson ? answerProgram : runRequest
  return await run(request, { environment, global }, { ...context, env })
}

type Asked = { environment: string; global: GlobalOptions }

/** Runs a request whose answer is JSON: what it is about comes first, and a failure is part of it. */
async function answerProgram(request: GateRequest, asked: Asked, context: CliContext): Promise<number> {
  const { environment, global } = asked
  try {
    const loaded = await loadNamedEnvironment({ name: environment, options: global, swarm: true }, context)
    const { path, hosts } = loaded.config.environment
    createCommandOutput(loaded, context).json({ type: 'gate', environment, path, hosts })
    return await runRequest(request, asked, context)
  } catch (error) {
    if (context.signal.aborted || !(error instanceof DrayError)) throw error
    reportFailure(failureFrom(error), global, context)
    return error.exitCode
  }
}

async function runRequest(
  { name, tag, expected, withSteps, limit }: GateRequest,
  { environment, global }: Asked,
  context: CliContext,
): Promise<number> {
  const input = { arguments: { environment }, rest: [], options: {}, global } as const
  switch (name) {
    case 'deploy': {
      const { runDeploy } = await import('../ship/run-deploy.ts')
      return runDeploy({ ...input, options: { tag, expect: expected } }, context)
    }
    case 'plan': {
      const { runPlan } = await import('../ship/run-deploy.ts')
      return runPlan({ ...input, options: { tag, expect: expected } }, context)
    }
    case 'rollback': {
      const { runRollback } = await import('../ship/run-rollback.ts')
      return runRollback(input, context)
    }
    case 'status': {
      const { runStatus } = await import('../inspect/run-status.ts')
      return runStatus({ ...input, rest: [environment] }, context)
    }
    case 'history': {
      const { runHistory } = await import('../inspect/run-history.ts')
      const options = { ...(withSteps && { steps: true as const }), ...(limit && { limit }) }
      return runHistory({ ...input, options }, context)
    }
  }
}

/** Limit for standard input, far above the length of a token. */
const CREDENTIALS_BYTES = 64 * 1024

/** Reads credentials in the form of a file of deploy-time values. Throws GATE_REFUSED for anything else. */
async function readCredentials({ stdin, signal }: CliContext): Promise<Record<string, string>> {
  const bytes = await stdin.readAll({ maxBytes: CREDENTIALS_BYTES, signal })
  if (bytes === undefined)
    throw new DrayError(
      'GATE_REFUSED',
      'Standard input is longer than 64 KiB. Only credentials are accepted.',
    )
  const { values } = parseEnvFile(new TextDecoder().decode(bytes))
  const others = [...values.keys()].filter((name) => !credentialNames.includes(name))
  const isActor = actor.test(values.get('GITHUB_ACTOR') ?? 'none')
  if (others.length === 0 && isActor) return Object.fromEntries(values)
  if (others.length === 0) throw new DrayError('GATE_REFUSED', 'GITHUB_ACTOR is not a GitHub user name.')
  throw new DrayError('GATE_REFUSED', `This key may not set ${others.slice(0, 5).join(', ')}.`, {
    hint: `Standard input may only contain ${credentialNames.join(' and ')}, one NAME=value per line.`,
  })
}

/** Removes variables that an SSH client could set (AcceptEnv) to select the content of a deploy. */
function withoutOwnVariables(env: CliContext['env']): CliContext['env'] {
  const own = Object.keys(environmentVariables).filter((name) => !kept.includes(name))
  return Object.fromEntries(Object.entries(env).filter(([name]) => !own.includes(name)))
}
