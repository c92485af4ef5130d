import type { JSX } from 'preact'
import type { Cleaned } from '../../../operations/disk/clean.ts'
import type { DiskReport } from '../../../operations/disk/disk-report.ts'
import { renderBytes, renderCount } from '../../../shared/bytes.ts'
import type { Answer } from '../model.ts'
import { THING_KINDS } from '../../render/results/render-cleaned.ts'
import { Answered, HostParts } from './answered.tsx'
import { Bar, Commands, FailureNote, FileSystemBar, Reread, WideTable } from './parts.tsx'
import { useAsk } from './use-poll.ts'

/** Things that are listed; `dray clean --dry-run` lists all. */
const MOST_THINGS = 200

/** What takes the space of each host, and what `dray clean` would free. */
export function DiskScreen({ environment }: { environment: string }): JSX.Element {
  const { answer, problem, readAtMs, isAsking, again } = useAsk('disk', { environment })
  return (
    <>
      <Reread {...{ isAsking, again, readAtMs, problem }} words="Measuring the disks" />
      <Answered answer={answer} problem={problem}>
        {({ hosts }) => (
          <HostParts hosts={hosts}>
            {({ answer: of }) =>
              'failure' in of ? <FailureNote failure={of.failure} /> : <Host {...{ environment, ...of }} />
            }
          </HostParts>
        )}
      </Answered>
    </>
  )
}

type HostProps = { environment: string; report: DiskReport; cleaning: Answer<Cleaned> }

function Host({ environment, report, cleaning }: HostProps): JSX.Element {
  return (
    <>
      <Report report={report} />
      <h3>
        What <code>dray clean {environment}</code> would free
      </h3>
      {'failure' in cleaning ? <FailureNote failure={cleaning.failure} /> : <Cleaning cleaning={cleaning} />}
    </>
  )
}

function Report({ report: { host, fileSystems, shares, warnings } }: { report: DiskReport }): JSX.Element {
  const largest = Math.max(1, ...shares.map(({ sizeBytes }) => sizeBytes ?? 0))
  return (
    <>
      {fileSystems.map((it) => (
        <p key={it.mount}>
          <code>{it.mount}</code> <FileSystemBar fileSystem={it} />
        </p>
      ))}
      {warnings.map((warning) => (
        <p class="problem" key={warning}>
          {warning}
        </p>
      ))}
      <WideTable label={`Disk usage of ${host}`} columns={['What', 'Share', '>Size', 'Note']}>
        {shares.map(({ name, kind, sizeBytes, note }, index) => (
          <tr key={index}>
            <th scope="row">
              <Commands text={name} />
            </th>
            <td class="share">
              <Bar
                percent={(100 * (sizeBytes ?? 0)) / largest}
                tone={kind === 'reclaimable' ? 'warn' : 'busy'}
              />
            </td>
            <td class="number">{sizeBytes === undefined ? 'unknown' : renderBytes(sizeBytes)}</td>
            <td class="quiet">{note}</td>
          </tr>
        ))}
      </WideTable>
    </>
  )
}

function Cleaning({ cleaning: { host, removed } }: { cleaning: Cleaned }): JSX.Element {
  if (removed.length === 0) return <p>Nothing: there is nothing to remove.</p>
  const bytes = removed.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
  const shown = removed.slice(0, MOST_THINGS)
  return (
    <>
      <p>
        About <b>{renderBytes(bytes)}</b>, of {renderCount(removed.length)}{' '}
        {removed.length === 1 ? 'thing' : 'things'}
        {shown.length < removed.length && `; the first ${MOST_THINGS}:`}
      </p>
      <WideTable label={`Removable on ${host}`} columns={['Kind', 'Name', '>Size', 'Reason']}>
        {shown.map(({ stage, id, name, sizeBytes, reason }) => (
          <tr key={`${stage} ${id}`}>
            <td>{THING_KINDS[stage]}</td>
            <th scope="row">
              <code>{name}</code>
            </th>
            <td class="number">{renderBytes(sizeBytes)}</td>
            <td class="quiet">{reason}</td>
          </tr>
        ))}
      </WideTable>
    </>
  )
}
