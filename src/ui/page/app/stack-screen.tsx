import type { JSX } from 'preact'
import { isUnhealthy } from '../../../operations/status/make-status.ts'
import type {
  FailedTask,
  HostStatus,
  KnownHost,
  NodeStatus,
  ServiceStatus,
} from '../../../operations/status/status.ts'
import { isWell, stateOf } from './host-facts.tsx'
import { FailureNote, Time, WideTable } from './parts.tsx'
import { serverNowMs, viewOf } from './state.ts'

/** The services of a stack with the nodes of their tasks, as a manager of the swarm sees them. */
export function StackScreen({ environment }: { environment: string }): JSX.Element {
  const view = viewOf(environment)
  return (
    <>
      {view?.status?.hosts.map((host) => (
        <section key={host.host}>
          <h2>{host.host}</h2>
          <Manager host={host} last={view.lastKnown[host.host]} />
        </section>
      ))}
      <p class="quiet">
        Not shown: the use of CPU and memory. The tasks are on the nodes of the swarm, and dray reaches the
        manager alone; <code>docker stats</code> on a node prints it.
      </p>
    </>
  )
}

type Last = { readAtMs: number; status: HostStatus } | undefined

function Manager({ host, last }: { host: HostStatus; last: Last }): JSX.Element {
  if (host.verdict !== 'unknown') return <Stack host={host} />
  return (
    <>
      <FailureNote failure={host.failure} />
      {last !== undefined && last.status.verdict !== 'unknown' && (
        <>
          <p>
            Last known, <Time atMs={last.readAtMs} nowMs={serverNowMs()} />:
          </p>
          <Stack host={last.status} />
        </>
      )}
    </>
  )
}

function Stack({ host: { host, services, swarm } }: { host: KnownHost }): JSX.Element {
  if (swarm?.failure !== undefined) return <FailureNote failure={swarm.failure} />
  const failed = services.flatMap(({ service, failedTasks = [] }) =>
    failedTasks.map((task) => ({ service, task })),
  )
  return (
    <>
      {services.length === 0 ? (
        <p class="quiet">Nothing deployed yet.</p>
      ) : (
        <Services {...{ host, services }} />
      )}
      {failed.length > 0 && <FailedTasks {...{ host, failed }} />}
      <Nodes host={host} nodes={swarm?.nodes ?? []} />
    </>
  )
}

function Services({ host, services }: { host: string; services: readonly ServiceStatus[] }): JSX.Element {
  return (
    <WideTable
      label={`Services of the stack on ${host}`}
      columns={['Service', 'State', '>Running', '>Failed tasks', 'Nodes of its tasks', 'Update']}
    >
      {services.map((it) => (
        <tr key={it.service} class={isUnhealthy(it) ? 'bad' : ''}>
          <th scope="row">{it.service}</th>
          <td>
            {isWell(it) ? '✓' : isUnhealthy(it) ? '✗' : '…'} {stateOf({ ...it, restarts: 0 })}
          </td>
          <td class="number">
            {it.running}/{it.desired}
          </td>
          <td class="number">{it.restarts}</td>
          <td>{(it.nodes ?? []).join(', ')}</td>
          <td>{it.update === undefined ? '' : [it.update.state, it.update.message].join(': ')}</td>
        </tr>
      ))}
    </WideTable>
  )
}

type FailedProps = { host: string; failed: readonly { service: string; task: FailedTask }[] }

function FailedTasks({ host, failed }: FailedProps): JSX.Element {
  return (
    <>
      <h3>Failed tasks</h3>
      <WideTable label={`Failed tasks on ${host}`} columns={['Service', 'Node', 'When', 'Swarm says']}>
        {failed.map(({ service, task: { task, node, error, exitCode, atMs } }) => (
          <tr key={task}>
            <th scope="row">{service}</th>
            <td>{node ?? 'none'}</td>
            <td>
              <Time atMs={atMs} nowMs={serverNowMs()} />
            </td>
            <td>{error === '' && exitCode !== undefined ? `exit code ${exitCode}` : error}</td>
          </tr>
        ))}
      </WideTable>
    </>
  )
}

function Nodes({ host, nodes }: { host: string; nodes: readonly NodeStatus[] }): JSX.Element {
  return (
    <>
      <h3>Nodes</h3>
      <WideTable label={`Nodes of the swarm of ${host}`} columns={['Node', 'Role', 'State', 'Availability']}>
        {nodes.map(({ node, role, state, availability, isLeader }) => (
          <tr key={node} class={state === 'ready' ? '' : 'bad'}>
            <th scope="row">{node}</th>
            <td>{isLeader === true ? 'leader' : role}</td>
            <td>
              {state === 'ready' ? '✓' : '✗'} {state}
            </td>
            <td>{availability}</td>
          </tr>
        ))}
      </WideTable>
    </>
  )
}
