import { runLoad } from '../../test/support/load/run-load.ts'
import type { LoadReport } from '../../test/support/load/load-report.ts'
import { LoadView } from './load-view.ts'
import { deployWithDray, type DrayRun } from './run-dray.ts'
import type { Screen } from './screen.ts'
import { untilOrAborted } from './until-or-aborted.ts'

export const ratePerSecond = 200
/** Number of requests before the deploy begins and after it has ended: 1.5 seconds. */
const quietRequests = ratePerSecond * 1.5

/** Inputs of every act. */
export type Stage = { screen: Screen; directory: string; url: string; signal: AbortSignal }

/** A deploy and the results of the load during it. */
export type LoadedDeploy = { run: DrayRun; load: LoadReport }

/** Deploys a tag without load. */
export async function deployQuietly(tag: string, stage: Stage): Promise<DrayRun> {
  return deployWithDray({ ...stage, tag })
}

/** Deploys a tag under a constant load and shows its progress. Throws the errors of the load. */
export async function deployUnderLoad(tag: string, stage: Stage): Promise<LoadedDeploy> {
  const { screen, url, signal } = stage
  const view = new LoadView({ ratePerSecond, style: screen.style, columns: screen.stream.columns ?? 80 })
  let sent = 0
  const load = await runLoad({
    target: url.replace('localhost', '127.0.0.1'),
    ratePerSecond,
    onProgress: (progress) => {
      sent = progress.sent
      const lines = view.take(progress, performance.now())
      if (screen.isLive) screen.showFooter(view.chart())
      else for (const line of lines) screen.say(line)
    },
  })
  // A failed load throws at each call.
  const ended = load.stop.bind(load)
  try {
    await untilOrAborted(
      load.waitUntil((progress) => progress.sent >= quietRequests),
      signal,
    )
    const run = await deployWithDray({ ...stage, tag })
    signal.throwIfAborted()
    const target = sent + quietRequests
    await untilOrAborted(
      load.waitUntil((progress) => progress.sent >= target),
      signal,
    )
    return { run, load: await ended() }
  } finally {
    await ended().catch(() => {})
    screen.keepFooter()
  }
}

/** Requests the version of the app. Throws if the app does not answer. */
export async function askVersion(url: string): Promise<string> {
  const response = await fetch(`${url.replace('localhost', '127.0.0.1')}/api/version`, {
    signal: AbortSignal.timeout(5000),
  })
  const { version } = (await response.json()) as { version: string }
  return version
}
