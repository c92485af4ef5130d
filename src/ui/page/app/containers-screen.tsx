import type { JSX } from 'preact'
import { renderBytes } from '../../../shared/bytes.ts'
import { renderAge } from '../../render/text/render-duration.ts'
import { healthWords } from '../health-words.ts'
import type { ContainersHost, ContainerTimes } from '../model.ts'
import { Answered, HostParts } from './answered.tsx'
import { FailureNote, Time, WideTable } from './parts.tsx'
import { isExact, serverNowMs, viewOf } from './state.ts'
import { usePoll } from './use-poll.ts'

const EVERY_MS = 2_500
/** The widths of the small charts, in samples. */
const SAMPLES = 120

/** CPU, memory, restarts and health of each container, measured while this screen is open. */
export function ContainersScreen({ environment }: { environment: string }): JSX.Element {
  const { answer, problem } = usePoll('containers', { environment }, EVERY_MS)
  return (
    <>
      {answer === undefined && problem === undefined && <p class="quiet">Measuring the containers…</p>}
      <Answered answer={answer} problem={problem}>
        {({ hosts, nowMs }) => (
          <HostParts hosts={hosts}>
            {(host) => (
              <Host
                host={host}
                nowMs={Math.max(nowMs, serverNowMs())}
                isPresent={problem === undefined}
                ended={endedServices(environment, host.host)}
              />
            )}
          </HostParts>
        )}
      </Answered>
      <p class="quiet">
        Measured every 5 seconds while this screen is open; the charts show the last ten minutes of that.
      </p>
    </>
  )
}

type Container = NonNullable<ContainersHost['containers']>[number]

/** What was measured longer ago is no longer present: four samples are missing. */
const OLD_MS = 20_000

/** Services whose containers have ended as expected, as the overview saw them last. */
function endedServices(environment: string, host: string): ReadonlySet<string> {
  const status = viewOf(environment)?.status?.hosts.find((it) => it.host === host)
  const services = status !== undefined && 'services' in status ? status.services : []
  return new Set(services.filter(({ state }) => state === 'ended').map(({ service }) => service))
}

type HostProps = { host: ContainersHost; nowMs: number; isPresent: boolean; ended: ReadonlySet<string> }

function Host({
  host: { containers, readAtMs = 0, failure, host },
  nowMs,
  isPresent,
  ended,
}: HostProps): JSX.Element {
  const isOld = failure !== undefined || !isPresent || nowMs - readAtMs > OLD_MS
  return (
    <>
      {failure !== undefined && <FailureNote failure={failure} />}
      {failure === undefined && containers === undefined && <p class="quiet">Measuring the containers…</p>}
      {containers !== undefined && isOld && (
        <p>
          Last known, <Time atMs={readAtMs} nowMs={nowMs} />:
        </p>
      )}
      {containers?.length === 0 && <p class="quiet">There are no containers.</p>}
      {containers !== undefined && containers.length > 0 && <Table {...{ host, containers, ended }} />}
    </>
  )
}

type TableProps = { host: string; containers: readonly Container[]; ended: ReadonlySet<string> }

function Table({ host, containers, ended }: TableProps): JSX.Element {
  return (
    <WideTable
      label={`Containers on ${host}`}
      columns={[
        'Container',
        'State',
        'Health',
        'Health over time',
        '>Up',
        '>Restarts',
        '>CPU',
        'CPU over time',
        '>Memory',
        'Memory over time',
      ]}
    >
      {containers.map((it) => (
        <Row key={it.name} container={it} hasEnded={it.state === 'exited' && ended.has(it.service)} />
      ))}
    </WideTable>
  )
}

const HEALTH_WORDS = {
  none: 'no check',
  starting: '… starting',
  healthy: '✓ healthy',
  unhealthy: '✗ unhealthy',
} as const

/** `hasEnded`: as expected. */
function Row({ container, hasEnded }: { container: Container; hasEnded: boolean }): JSX.Element {
  const { name, state, health, healthOutput, restarts, upMs, cpuPercent, times } = container
  const { memoryBytes, memoryLimitBytes } = container
  const isBad = (state !== 'running' && !hasEnded) || health === 'unhealthy'
  return (
    <tr class={isBad ? 'bad' : ''}>
      <th scope="row">{name}</th>
      <td>
        {state === 'running' || hasEnded ? '✓' : '✗'} {hasEnded ? 'ended' : state}
      </td>
      <td>
        {HEALTH_WORDS[health]}
        {healthOutput !== '' && (isExact.value || health === 'unhealthy') && (
          <pre class="tail" role="region" aria-label={`Output of the health check of ${name}`} tabIndex={0}>
            {healthOutput}
          </pre>
        )}
      </td>
      <td>
        <HealthStrip times={times} />
      </td>
      <td class="number">{upMs === undefined ? '' : renderAge(upMs)}</td>
      <td class="number">{restarts}</td>
      <td class="number">{cpuPercent === undefined ? '' : `${cpuPercent.toFixed(1)} %`}</td>
      <td>
        <Spark times={times} pick={1} most={100} words={(value) => `${value.toFixed(1)} %`} />
      </td>
      <td class="number">
        {memoryBytes === undefined ? '' : renderBytes(memoryBytes)}
        {memoryLimitBytes !== undefined && (
          <span class="quiet range"> of {renderBytes(memoryLimitBytes)}</span>
        )}
      </td>
      <td>
        <Spark times={times} pick={2} most={0} words={renderBytes} />
      </td>
    </tr>
  )
}

type SparkProps = {
  times: ContainerTimes
  pick: 1 | 2
  most: number
  words: (value: number) => string
}

/** A line of the values over time, up to the largest of them and of `most`, with the smallest and the largest in words. */
function Spark({ times, pick, most, words }: SparkProps): JSX.Element {
  const known = times.flatMap((it) => it[pick] ?? [])
  const values = times.map((it) => it[pick] ?? 0)
  const largest = Math.max(most, 1, ...values)
  const points = values.map(
    (value, index) => `${SAMPLES - values.length + index},${20 - (19 * value) / largest}`,
  )
  return (
    <>
      <svg class="spark" viewBox={`0 0 ${SAMPLES} 20`} preserveAspectRatio="none" aria-hidden="true">
        <polyline points={points.join(' ')} vectorEffect="non-scaling-stroke" />
      </svg>
      {known.length > 1 && (
        <span class="quiet range">
          {words(Math.min(...known))} to {words(Math.max(...known))}
        </span>
      )}
    </>
  )
}

const HEALTH_TONES = { none: 'quiet', starting: 'busy', healthy: 'good', unhealthy: 'bad' } as const
const HEALTH_TOPS = { none: 12, starting: 8, healthy: 4, unhealthy: 0 } as const

/** A mark for each sample, higher the worse; the words say for how long. */
function HealthStrip({ times }: { times: ContainerTimes }): JSX.Element {
  return (
    <>
      <svg class="spark" viewBox={`0 0 ${SAMPLES} 20`} preserveAspectRatio="none" aria-hidden="true">
        {times.map(([atMs, , , health], index) => (
          <rect
            key={atMs}
            class={HEALTH_TONES[health]}
            x={SAMPLES - times.length + index}
            y={HEALTH_TOPS[health]}
            width="1"
            height={20 - HEALTH_TOPS[health]}
          />
        ))}
      </svg>
      {healthWords(times).map((words) => (
        <span class="quiet range" key={words}>
          {words}
        </span>
      ))}
    </>
  )
}
