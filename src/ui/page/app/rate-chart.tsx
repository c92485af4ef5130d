import type { JSX } from 'preact'
import type { Attempt } from '../../../deploy/releases/history.ts'
import { renderCount } from '../../../shared/bytes.ts'
import { renderDuration } from '../../render/text/render-duration.ts'
import { ratesOf, type Answering, type Rate } from '../rates.ts'

const HEIGHT = 100

/** The requests of the probe over time, coloured by the release that answered, with a legend that says the same. */
export function RateChart({ attempt }: { attempt: Attempt }): JSX.Element {
  const rates = ratesOf(attempt)
  const last = rates.at(-1)
  if (last === undefined) return <NoRates requests={attempt.requests} />
  const lengthMs = Math.max(1, last.toMs - attempt.startedAtMs)
  const most = Math.max(...rates.map(({ answered, failed }) => answered + failed), 1)
  const x = (atMs: number): number => (1000 * (atMs - attempt.startedAtMs)) / lengthMs
  const y = (perSecond: number): number => (HEIGHT * perSecond) / most
  const total = attempt.samples.at(-1)
  return (
    <figure class="chart">
      <figcaption>
        Requests of the probe per second, at most {Math.round(most)}:{' '}
        {total !== undefined && (
          <span class={total.failures > 0 ? 'lost' : ''}>
            {renderCount(total.failures)} of {renderCount(total.requests)} failed
          </span>
        )}
      </figcaption>
      <svg viewBox={`0 0 1000 ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
        <rect class="track" width="1000" height={HEIGHT} />
        {rates.map((rate) => (
          <g key={rate.fromMs}>
            <Column rate={rate} {...{ x, y }} />
          </g>
        ))}
      </svg>
      <Legend attempt={attempt} rates={rates} />
    </figure>
  )
}

/**
 * In words, where there is nothing to draw: after a deploy of a second. Nothing while one is under way, since of several hosts only the
 * journal of the first has the samples.
 */
function NoRates({ requests }: Pick<Attempt, 'requests'>): JSX.Element | null {
  if (requests === undefined) return null
  return (
    <p class={requests.failed > 0 ? 'lost' : 'quiet'}>
      {renderCount(requests.failed)} of {renderCount(requests.sent)} requests of the probe failed.
    </p>
  )
}

function Column({
  rate: { fromMs, toMs, answered, failed, by },
  x,
  y,
}: {
  rate: Rate
  x: (atMs: number) => number
  y: (perSecond: number) => number
}): JSX.Element {
  const width = Math.max(0.5, x(toMs) - x(fromMs))
  return (
    <>
      <rect class={by} x={x(fromMs)} width={width} y={HEIGHT - y(answered)} height={y(answered)} />
      {failed > 0 && (
        <rect
          class="failed"
          x={x(fromMs)}
          width={width}
          y={HEIGHT - y(answered + failed)}
          height={y(failed)}
        />
      )}
    </>
  )
}

/** Which release answered, and until when. */
function Legend({ attempt, rates }: { attempt: Attempt; rates: readonly Rate[] }): JSX.Element {
  const { startedAtMs, release, replaces } = attempt
  const before = replaces ?? 'what ran before'
  const names: Readonly<Record<Answering, string>> = {
    before,
    either: `${before} or ${release}, while traffic is switched`,
    after: release,
  }
  const spans: { by: Answering; toMs: number }[] = []
  for (const { by, toMs } of rates) {
    const last = spans.at(-1)
    if (last?.by === by) last.toMs = toMs
    else spans.push({ by, toMs })
  }
  return (
    <ul class="legend plain">
      {spans.map(({ by, toMs }) => (
        <li key={toMs}>
          <span class={`swatch ${by}`} aria-hidden="true" /> until {renderDuration(toMs - startedAtMs)}:{' '}
          {names[by]}
        </li>
      ))}
    </ul>
  )
}
