import { DrayError } from '../../../errors/dray-error.ts'
import { describeAnswer } from '../../model/entrance.ts'
import type { StepOf } from '../../model/plan.ts'
import { askUrl } from '../ask-url.ts'
import { logOf } from '../container-log.ts'
import type { StepContext, StepRunner } from '../execution.ts'
import { refuseEnded } from './refuse-ended.ts'

const PAUSE_MS = 1_000
/** A URL that is silent for longer fails. */
const SILENT_MS = 2_000

/**
 * Watches a host after its traffic has switched, before the next hosts follow: its new containers run without a restart and are
 * not unhealthy, and its URLs answer. Throws SERVICE_EXITED, SERVICE_UNHEALTHY and URL_CHECK_FAILED.
 */
export const watchHost: StepRunner<StepOf<'watch-host'>> = async (step, context) => {
  const { execution, signal, progress } = context
  const { clock } = execution
  const untilMs = clock.now() + step.forMs
  for (;;) {
    await refuseEnded(context)
    await refuseUnhealthy(context)
    await Promise.all(step.urls.map((entrance) => refuseSilent(entrance, context)))
    const leftMs = untilMs - clock.now()
    if (leftMs <= 0) return undefined
    progress({ text: `well, ${Math.ceil(leftMs / 1000)} s left` })
    await clock.sleep(Math.min(PAUSE_MS, leftMs), signal)
  }
}

async function refuseUnhealthy({ run }: StepContext): Promise<void> {
  const { engine } = run.host
  const fresh = [...run.done.fresh.values()].flat()
  const now = await Promise.all(fresh.map(({ id }) => engine.container(id)))
  const sick = now.find(({ health }) => health === 'unhealthy')
  if (sick === undefined) return
  throw new DrayError(
    'SERVICE_UNHEALTHY',
    `${sick.service} became unhealthy after its traffic had switched.`,
    {
      details: await logOf(engine, sick),
    },
  )
}

async function refuseSilent(
  entrance: StepOf<'watch-host'>['urls'][number],
  { run, execution: { clock }, signal }: StepContext,
): Promise<void> {
  const asked = { prober: run.host.prober, clock, forMs: SILENT_MS, signal }
  const { answer, isGood } = await askUrl(entrance, asked)
  if (isGood) return
  throw new DrayError(
    'URL_CHECK_FAILED',
    `${entrance.url} ${describeAnswer(answer)} after the traffic of the host had switched.`,
  )
}
