import type { JSX } from 'preact'
import type { LockHolder } from '../../../deploy/model/lock.ts'
import { releaseNumber } from '../../../deploy/model/release.ts'
import type { Attempt } from '../../../deploy/releases/history.ts'
import { isUnhealthy } from '../../../operations/status/make-status.ts'
import type { HostStatus, KnownHost, NodeStatus, ServiceStatus } from '../../../operations/status/status.ts'
import { renderCount } from '../../../shared/bytes.ts'
import { renderDeployer } from '../../render/text/render-deployer.ts'
import { renderAge } from '../../render/text/render-duration.ts'
import { isUnderWay } from '../judge-attempt.ts'
import type { EnvironmentView } from '../model.ts'
import { Commands, Commit, Fact, FailureNote, FileSystemBar, Tag, Time, WideTable } from './parts.tsx'
import { linkTo } from './route.ts'
import { serverNowMs } from './state.ts'

/** The state of one host; of one that does not answer, the last known. */
export function HostFacts({
  environment,
  host,
  view,
}: {
  environment: string
  host: HostStatus
  view: EnvironmentView
}): JSX.Element {
  const last = view.lastKnown[host.host]
  const attempt = view.lastAttempts[host.host]
  if (host.verdict !== 'unknown')
    return (
      <section>
        <h3>{host.host}</h3>
        <Known {...{ environment, host, attempt }} />
      </section>
    )
  return (
    <section>
      <h3>{host.host}</h3>
      <FailureNote failure={host.failure} />
      {last === undefined || last.status.verdict === 'unknown' ? null : (
        <>
          <p>
            Last known, <Time atMs={last.readAtMs} nowMs={serverNowMs()} />:
          </p>
          <Known {...{ environment, host: last.status, attempt }} />
        </>
      )}
    </section>
  )
}

function Known({
  environment,
  host,
  attempt,
}: {
  environment: string
  host: KnownHost
  attempt: Attempt | undefined
}): JSX.Element {
  const { release, services, drift, notSetUp, urls, fileSystems, lock, swarm } = host
  const silent = urls.filter(({ isGood }) => !isGood)
  return (
    <>
      {lock !== undefined && <LockNote holder={lock.holder} environment={environment} />}
      <dl>
        {release !== undefined && (
          <>
            <Fact name="Release">
              <a href={linkTo({ screen: 'release', environment, host: host.host, release: release.id })}>
                {release.id}
              </a>
            </Fact>
            <Fact name="Tag">
              <Tag tag={release.tag} />
            </Fact>
            <Fact name="Commit">{release.commit && <Commit commit={release.commit} />}</Fact>
            <Fact name="Since">
              <Time atMs={release.createdAtMs} />
            </Fact>
            <Fact name="By">{renderDeployer(release.by)}</Fact>
            {swarm?.failure === undefined && <Fact name="Services">{healthyOf(services)}</Fact>}
          </>
        )}
        {attempt !== undefined && (
          <Fact name="Last deploy">
            <LastDeploy attempt={attempt} current={release?.id} lock={lock} />
          </Fact>
        )}
        {swarm !== undefined && swarm.nodes.length > 0 && <Fact name="Nodes">{readyOf(swarm.nodes)}</Fact>}
        {fileSystems.map((it) => (
          <Fact key={it.mount} name="Disk">
            <FileSystemBar fileSystem={it} />
          </Fact>
        ))}
      </dl>
      {swarm?.failure !== undefined && <FailureNote failure={swarm.failure} />}
      {silent.map((it) => (
        <div class="problem" key={it.url}>
          <p>
            {it.url} {'status' in it ? `answers ${it.status}` : `does not answer: ${it.error}`}
          </p>
        </div>
      ))}
      {[...(notSetUp === undefined ? [] : [notSetUp]), ...drift].map((it, index) => (
        <div class="problem" key={index}>
          <p>{it.message}</p>
          <p class="hint">
            <Commands text={it.hint} />
          </p>
        </div>
      ))}
      {services.length > 0 && <Services services={services} where={`${environment} on ${host.host}`} />}
    </>
  )
}

function LockNote({
  holder,
  environment,
}: {
  holder: LockHolder | undefined
  environment: string
}): JSX.Element {
  const follow = <a href={linkTo({ screen: 'live', environment })}>follow</a>
  if (holder === undefined)
    return <p class="lock">↻ The lock is held: a deploy or a task is running, {follow}</p>
  const { task, removes, release } = holder
  const what =
    removes === true
      ? 'removes the app'
      : task === undefined
        ? ['deploys', ...(release === undefined ? [] : [release])].join(' ')
        : `runs task ${task}`
  return (
    <p class="lock">
      ↻ {renderDeployer(holder)} {what}, since <Time atMs={holder.sinceMs} />
      {task === undefined && removes !== true && <>, {follow}</>}
    </p>
  )
}

function healthyOf(services: readonly ServiceStatus[]): string {
  const wanted = services.filter(({ desired }) => desired > 0)
  const well = wanted.filter(isWell)
  const unchecked = well.filter(({ health }) => health !== 'healthy').length
  const healthy = `${well.length - unchecked}/${wanted.length} healthy`
  return unchecked === 0 ? healthy : `${healthy}, ${unchecked} without a check`
}

function readyOf(nodes: readonly NodeStatus[]): string {
  const ready = nodes.filter(({ state, availability }) => state === 'ready' && availability === 'active')
  return `${ready.length}/${nodes.length} ready and active`
}

/** Whether a service runs as it should. */
export function isWell(service: ServiceStatus): boolean {
  return !isUnhealthy(service) && service.state !== 'partial' && service.health !== 'starting'
}

function LastDeploy({
  attempt,
  current,
  lock,
}: {
  attempt: Attempt
  current: string | undefined
  lock: KnownHost['lock']
}): JSX.Element {
  const { outcome, requests, release } = attempt
  const isOlder = current !== undefined && releaseNumber(release) > releaseNumber(current)
  const words =
    outcome.kind === 'deployed'
      ? '✓ succeeded'
      : isUnderWay(attempt, { lock })
        ? '… is running'
        : outcome.kind === 'failed'
          ? '✗ failed'
          : outcome.isKilled === true
            ? '✗ was killed'
            : '✗ did not end'
  return (
    <>
      {words}
      {isOlder && ` (${release})`}
      {requests !== undefined &&
        `, ${renderCount(requests.failed)} of ${renderCount(requests.sent)} requests failed`}
    </>
  )
}

function Services({ services, where }: { services: readonly ServiceStatus[]; where: string }): JSX.Element {
  return (
    <WideTable label={`Services of ${where}`} columns={['Service', 'State', '>Running', '>Up', 'Tag']}>
      {services.map((it) => (
        <tr key={it.service} class={isUnhealthy(it) ? 'bad' : ''}>
          <th scope="row">{it.service}</th>
          <td>
            {isWell(it) ? '✓' : isUnhealthy(it) ? '✗' : '…'} {stateOf(it)}
          </td>
          <td class="number">
            {it.running}/{it.desired}
          </td>
          <td class="number">{it.upMs === undefined ? '' : renderAge(it.upMs)}</td>
          <td>
            <Tag tag={it.image.tag} />
          </td>
        </tr>
      ))}
    </WideTable>
  )
}

/** The state in a word, with its restarts. */
export function stateOf({ state, health, restarts }: ServiceStatus): string {
  const word = state === 'running' && health !== 'unchecked' && health !== 'none' ? health : state
  return restarts > 0 ? `${word}, ${restarts} ${restarts === 1 ? 'restart' : 'restarts'}` : word
}
