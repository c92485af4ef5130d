import { createEnvStore } from '../../../../adapters/directory/env/env-store.ts'
import { measureLogs } from '../../../../adapters/directory/log-size.ts'
import type { CommandRunner } from '../../../../adapters/host/command-runner.ts'
import { isReady, type HostCheckup } from '../../../../operations/doctor/checkup.ts'
import { planFrom } from '../../../../operations/disk/clean.ts'
import { reportDisk } from '../../../../operations/disk/disk-report.ts'
import { observeDisk } from '../../../../operations/disk/observe-disk.ts'
import type { ChecksView, DiskView, VariablesView } from '../../../../ui/page/model.ts'
import { describeHost } from '../../../command/connect-hosts.ts'
import type { EnvironmentInput } from '../../../command/load-environment.ts'
import { createReviewer } from '../../operate/env/create-reviewer.ts'
import { checkHere } from '../../set-up/run-check.ts'
import { examineHosts } from '../../set-up/run-doctor.ts'
import { loadDoctor } from '../../set-up/load-doctor.ts'
import { diskHost } from '../disk-host.ts'
import { orFailure, type AnswerPorts } from './answer-page.ts'

/** As `dray disk` and `dray clean --dry-run`, from one look. */
export async function answerDisk(
  input: EnvironmentInput,
  { onHost, context }: AnswerPorts,
): Promise<DiskView> {
  const { app, environment } = input.config
  const { signal } = context
  const look = (host: string) =>
    onHost(host, async (runner) => {
      const connected = describeHost(runner, input, context)
      using _ = connected.engine
      const observation = await observeDisk(diskHost(connected), { app, rules: environment.disk, signal })
      const paths = observation.inventory.containers.flatMap(({ log }) => log.path ?? [])
      return {
        report: reportDisk(observation, { logBytes: await measureLogs(runner, paths, signal) }),
        cleaning: await orFailure(
          Promise.resolve().then(() => planFrom(observation)),
          context,
        ),
      }
    })
  return {
    hosts: await Promise.all(
      environment.hosts.map(async (host) => ({ host, answer: await orFailure(look(host), context) })),
    ),
  }
}

/** As `dray doctor` and `dray check`. */
export async function answerChecks(
  { config, options }: EnvironmentInput,
  { onHost, context }: AnswerPorts,
): Promise<ChecksView> {
  const { name, hosts } = config.environment
  const command = { arguments: { environment: name }, rest: [], options: {}, global: options } as const
  const input = await loadDoctor(command, context)
  const quiet = { ...context, stderr: { write: () => true } }
  const [repository, examined] = await Promise.all([
    orFailure(checkHere(quiet, false), context),
    examineTogether(hosts, { onHost, context }, (runners) => examineHosts(input, runners, context)),
  ])
  return { hosts: examined, isReady: isReady(examined), repository }
}

/**
 * Examines the hosts that answer in one call, as `dray doctor` does: some checks compare hosts, or ask a registry once for all. A
 * host that does not answer has its failure as a check. In the order of `hosts`.
 */
export async function examineTogether(
  hosts: readonly string[],
  { onHost, context }: AnswerPorts,
  examine: (runners: readonly CommandRunner[]) => Promise<readonly HostCheckup[]>,
): Promise<HostCheckup[]> {
  const runners = new Map<string, CommandRunner>()
  const waiting = new Set(hosts)
  let begin: (examined: Promise<readonly HostCheckup[]>) => void = () => undefined
  const examined = new Promise<readonly HostCheckup[]>((resolve) => (begin = resolve))
  // Where no host answers, nothing waits for it.
  examined.catch(() => undefined)
  const reachable = (): string[] => hosts.filter((host) => runners.has(host))
  const arrive = (host: string, runner?: CommandRunner): void => {
    if (!waiting.delete(host)) return
    if (runner !== undefined) runners.set(host, runner)
    if (waiting.size === 0 && runners.size > 0)
      begin(examine(reachable().flatMap((it) => runners.get(it) ?? [])))
  }
  const examineOne = async (host: string): Promise<HostCheckup> => {
    try {
      return await onHost(host, async (runner) => {
        arrive(host, runner)
        return (await examined)[reachable().indexOf(host)] ?? { host, checks: [] }
      })
    } finally {
      arrive(host)
    }
  }
  return Promise.all(
    hosts.map(async (host) => {
      const found = await orFailure(examineOne(host), context)
      if (!('failure' in found)) return found
      return { host, checks: [{ name: 'ssh', outcome: 'failed', failure: found.failure }] }
    }),
  )
}

/** As `dray env`. */
export async function answerVariables(
  input: EnvironmentInput,
  { onHost, context }: AnswerPorts,
): Promise<VariablesView> {
  const { hosts, path } = input.config.environment
  const reviewer = await createReviewer(input)
  const list = (host: string) =>
    onHost(host, async (runner) => {
      const listing = await createEnvStore({ runner, path, clock: context.clock }).list()
      return { host, path, ...reviewer.review(listing) }
    })
  return {
    hasExample: reviewer.hasExample,
    hosts: await Promise.all(
      hosts.map(async (host) => ({ host, answer: await orFailure(list(host), context) })),
    ),
  }
}
