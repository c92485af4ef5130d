import { createReleaseArchive } from '../../../adapters/directory/release-archive.ts'
import { joinFailures, settleEachHost } from '../../../deploy/model/on-each-host.ts'
import type { Release } from '../../../deploy/model/release.ts'
import { describeContents } from '../../../deploy/releases/release-contents.ts'
import { releaseTable } from '../../../deploy/releases/rollback-target.ts'
import { DrayError } from '../../../errors/dray-error.ts'
import { EXIT, type ExitCode } from '../../../errors/exit-code.ts'
import { findRelease } from '../../../operations/diff/choose-sides.ts'
import { renderRelease } from '../../../ui/render/results/render-release.ts'
import { cleanValue } from '../../../ui/reporters/clean-event.ts'
import type { CommandOutput } from '../../command/command-output.ts'
import { openRunners } from '../../command/connect-each.ts'
import type { CliContext } from '../../command/context.ts'
import type { EnvironmentInput } from '../../command/load-environment.ts'
import { openGates } from './through-gate.ts'

/**
 * Prints what an archived release consists of on every host that has it; `name` is its id, its number or its tag. Returns the exit
 * code. Then throws the errors of the other hosts, RELEASE_UNKNOWN of those that do not have it among them.
 */
export async function showRelease(
  name: string,
  { config, output }: Pick<EnvironmentInput, 'config'> & { output: CommandOutput & { isJson: boolean } },
  context: CliContext,
): Promise<ExitCode> {
  const { hosts, path, name: environment } = config.environment
  const { signal, clock } = context
  const gates = openGates(clock)
  await using opened = await openRunners(hosts, context)
  const { results, failures } = await settleEachHost(
    opened.runners,
    (runner) => runner.name,
    (runner) =>
      gates.read(
        runner,
        async () => {
          const { releases } = await createReleaseArchive({ runner, path }).read(1, signal)
          const found = findRelease(releases, name)
          if (found === undefined)
            throw unknown(name, { releases, host: runner.name, environment, now: clock.now() })
          return { host: runner.name, ...describeContents(found) }
        },
        { signal },
      ),
  )
  for (const { host, ...contents } of cleanValue(results, output.clean)) {
    if (output.isJson) {
      output.json({ type: 'history.release', host, ...contents })
      continue
    }
    if (hosts.length > 1) output.print(output.style.colors.bold(host))
    output.print(renderRelease(contents, output.style))
  }
  if (failures.length > 0) throw joinFailures(failures)
  return EXIT.done
}

function unknown(
  name: string,
  {
    releases,
    host,
    environment,
    now,
  }: { releases: readonly Release[]; host: string; environment: string; now: number },
): DrayError {
  return new DrayError('RELEASE_UNKNOWN', `Release ${name} is not archived on ${host}, or never succeeded.`, {
    hint: `\`dray history ${environment}\` shows which are archived.`,
    details: { problems: releaseTable(releases, now) },
  })
}
