import { parseEnvFile } from '../../../config/env-file.ts'
import { environmentVariables } from '../../../config/environment-variables.ts'
import { DrayError } from '../../../errors/dray-error.ts'
import type { InputOf } from '../../command/command.ts'
import type { CliContext } from '../../command/context.ts'
import type { GlobalOptions } from '../../command/global-options.ts'
import type { gateCommand } from './gate.ts'
import { parseGateRequest, readGateRequests, type GateRequest } from './gate-request.ts'

/** All that may come in by standard input: neither an owner nor a name for the compose file, which would choose other images. */
const credentialNames = ['GITHUB_ACTOR', 'GITHUB_TOKEN']
/** A user or an app of GitHub. The compose file sees it. */
const actor = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}(?:\[bot\])?$/

/** Variables of dray's own that say something of this machine; the others say what is deployed, and come from nowhere here. */
const kept = ['DOCKER_CONFIG', 'NO_COLOR']

/**
 * Does what was asked for over SSH, if it is one of the requests that are let through; gives the exit code. Throws
 * GATE_REFUSED for everything else, with nothing touched.
 */
export async function runGate(input: InputOf<typeof gateCommand>, context: CliContext): Promise<number> {
  const { environment } = input.arguments
  if (environment === undefined)
    throw new DrayError('USAGE', 'Name the environment that the key is for.', {
      hint: 'See `dray gate --help`.',
    })
  const allowed = readGateRequests(input.rest)
  const request = parseGateRequest(context.env['SSH_ORIGINAL_COMMAND'], allowed)
  const asksRegistry = request.name === 'deploy' || request.name === 'plan'
  const credentials = asksRegistry ? await readCredentials(context) : {}
  const env = { ...withoutOwnVariables(context.env), ...credentials }
  return await runRequest(
    request,
    { environment, global: { ...input.global, plain: true } },
    { ...context, env },
  )
}

async function runRequest(
  { name, tag, expected }: GateRequest,
  { environment, global }: { environment: string; global: GlobalOptions },
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
      return runHistory(input, context)
    }
  }
}

/** No token is near as long. */
const CREDENTIALS_BYTES = 64 * 1024

/** Reads credentials as a file of deploy-time values has them. Throws GATE_REFUSED where it has anything else. */
async function readCredentials({ stdin, signal }: CliContext): Promise<Record<string, string>> {
  const bytes = await stdin.readAll({ maxBytes: CREDENTIALS_BYTES, signal })
  if (bytes === undefined)
    throw new DrayError(
      'GATE_REFUSED',
      'Standard input has more than 64 KiB, and may have credentials alone.',
    )
  const { values } = parseEnvFile(new TextDecoder().decode(bytes))
  const others = [...values.keys()].filter((name) => !credentialNames.includes(name))
  const isActor = actor.test(values.get('GITHUB_ACTOR') ?? 'nobody')
  if (others.length === 0 && isActor) return Object.fromEntries(values)
  if (others.length === 0)
    throw new DrayError('GATE_REFUSED', 'GITHUB_ACTOR is not the name of a user of GitHub.')
  throw new DrayError('GATE_REFUSED', `This key may not set ${others.slice(0, 5).join(', ')}.`, {
    hint: `Standard input may have ${credentialNames.join(' and ')}, a line NAME=value each, and nothing else.`,
  })
}

/** What sshd takes over from a client (AcceptEnv) must not say what is deployed. */
function withoutOwnVariables(env: CliContext['env']): CliContext['env'] {
  const own = Object.keys(environmentVariables).filter((name) => !kept.includes(name))
  return Object.fromEntries(Object.entries(env).filter(([name]) => !own.includes(name)))
}
