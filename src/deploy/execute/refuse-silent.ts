import { DrayError } from '../../errors/dray-error.ts'
import { EXIT } from '../../errors/exit-code.ts'
import { describeAnswer, entrancesOf } from '../model/entrance.ts'
import type { Entrance } from '../model/prober.ts'
import { newestRelease } from '../model/release.ts'
import type { DesiredRelease, HostObservation } from '../model/observation.ts'
import type { TargetHost } from '../model/ports.ts'
import { askUrl, type UrlAnswer } from './ask-url.ts'
import type { Execution } from './execution.ts'

/** What was asked during a deploy, on each host. */
type Asked = Pick<Execution, 'clock'> & {
  patience: Pick<Execution['patience'], 'urlCheckMs'>
  hosts: ReadonlyMap<
    string,
    { host: Pick<TargetHost, 'name' | 'prober'>; done: { answered: ReadonlyMap<string, Entrance> } }
  >
}

/**
 * Asks every URL that answered during the deploy once more, at its very end. Throws URL_CHECK_FAILED; the release is recorded
 * by then, and its old containers are removed.
 */
export async function refuseSilentUrls({ clock, patience, hosts }: Asked): Promise<void> {
  const answers = await Promise.all(
    [...hosts.values()].flatMap(({ host: { name, prober }, done }) =>
      [...done.answered.values()].map(async (it) => ({
        ...(await askUrl(it, { prober, clock, forMs: patience.urlCheckMs })),
        place: hosts.size > 1 ? ` on ${name}` : '',
      })),
    ),
  )
  refuse(answers, 'at the end of the deploy')
}

/** What a deploy leaves as it is: the hosts, and what was observed on each, in the same order. */
type UnchangedApp = {
  state: {
    desired: Pick<DesiredRelease, 'probeUrl'>
    sites: readonly { host: Pick<TargetHost, 'name' | 'prober'> }[]
  }
  observed: readonly { observation: Pick<HostObservation, 'directory'> }[]
}

/**
 * Asks the URL of an app that a deploy leaves as it is: that of the probe, or the ports that answered after the last deploy.
 * Throws URL_CHECK_FAILED.
 */
export async function refuseSilentApp(
  { state, observed }: UnchangedApp,
  { clock, patience }: Pick<Execution, 'clock' | 'patience'>,
  signal: AbortSignal,
): Promise<void> {
  const { desired, sites } = state
  const answers = await Promise.all(
    sites.flatMap(({ host: { name, prober } }, index) => {
      const observation = observed[index]?.observation
      if (observation === undefined || desired.probeUrl === false) return []
      const current = newestRelease(observation.directory.releases)
      const asked = { prober, clock, forMs: patience.urlCheckMs, signal }
      const place = sites.length > 1 ? ` on ${name}` : ''
      return entrancesOf(current, desired.probeUrl).map(async (it) => ({
        ...(await askUrl(it, asked)),
        place,
      }))
    }),
  )
  refuse(answers, 'although what runs is the release that was to be deployed')
}

/** `place`: the host, if there are several. */
function refuse(answers: readonly (UrlAnswer & { place: string })[], when: string): void {
  const silent = answers.find(({ isGood }) => !isGood)
  if (silent === undefined) return
  const { entrance, answer, place } = silent
  throw new DrayError('URL_CHECK_FAILED', `${entrance.url} ${describeAnswer(answer)}${place}, ${when}.`, {
    exitCode: EXIT.needsPerson,
    hint: '`dray status` and `dray logs` show the state of the app.',
  })
}
