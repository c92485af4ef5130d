import type { JSX } from 'preact'
import type { Check, HostCheckup } from '../../../operations/doctor/checkup.ts'
import { checkTitles } from '../../render/results/render-checkup.ts'
import type { ShownFinding } from '../../render/results/shown-finding.ts'
import type { ChecksView } from '../model.ts'
import { Answered } from './answered.tsx'
import { Commands, FailureNote, Reread } from './parts.tsx'
import { useAsk } from './use-poll.ts'

const MARKS = { ok: '✓', warning: '!', failed: '✗', skipped: '–' } as const
const SEVERITIES = { error: '✗ error', warning: '! warning', note: '· note' } as const

/** Whether a deploy would succeed, with the hints of `dray doctor`, and what `dray check` finds in the repository. */
export function ChecksScreen({ environment }: { environment: string }): JSX.Element {
  const { answer, problem, readAtMs, isAsking, again } = useAsk('checks', { environment })
  return (
    <>
      <Reread {...{ isAsking, again, readAtMs, problem }} words="Running the checks" />
      <Answered answer={answer} problem={problem}>
        {(checks) => <Checks environment={environment} checks={checks} />}
      </Answered>
    </>
  )
}

function Checks({ environment, checks }: { environment: string; checks: ChecksView }): JSX.Element {
  const { hosts, isReady, repository } = checks
  return (
    <>
      <p>
        <b>{isReady ? '✓ A deploy would succeed.' : '✗ A deploy would be refused.'}</b>{' '}
        <span class="quiet">
          As <code>dray doctor {environment}</code> prints it.
        </span>
      </p>
      {hosts.map((checkup) => (
        <Checkup key={checkup.host} checkup={checkup} />
      ))}
      <h2>Repository</h2>
      {'failure' in repository ? <FailureNote failure={repository.failure} /> : <Findings {...repository} />}
    </>
  )
}

function Checkup({ checkup: { host, checks } }: { checkup: HostCheckup }): JSX.Element {
  return (
    <section>
      <h2>{host}</h2>
      <ul class="plain checks">
        {checks.map((check, index) => (
          <li key={index} class={check.outcome}>
            <span class="mark" aria-hidden="true">
              {MARKS[check.outcome]}
            </span>
            <span class="unseen">{check.outcome}: </span>
            <b>
              {checkTitles[check.name]}
              {check.subject !== undefined && ` ${check.subject}`}
            </b>{' '}
            <Outcome check={check} />
          </li>
        ))}
      </ul>
    </section>
  )
}

function Outcome({ check }: { check: Check }): JSX.Element {
  switch (check.outcome) {
    case 'ok':
      return <span class="quiet">{check.value}</span>
    case 'skipped':
      return <span class="quiet">not checked: {checkTitles[check.needs]} failed</span>
    case 'failed':
      return <FailureNote failure={check.failure} />
    case 'warning':
      return (
        <>
          <span class="quiet">{check.value}</span>
          <div class="problem">
            <p>{check.message}</p>
            <p class="hint">
              <Commands text={check.hint} />
            </p>
          </div>
        </>
      )
  }
}

function Findings({
  findings,
  summary,
}: {
  findings: readonly ShownFinding[]
  summary: { files: number; rules: number }
}): JSX.Element {
  return (
    <>
      <p>
        {findings.length === 0
          ? `✓ dray check finds nothing in ${summary.files} files.`
          : `dray check finds ${findings.length} in ${summary.files} files:`}
      </p>
      <ul class="plain">
        {findings.map(({ code, severity, file, line, message, hint, isFixable }, index) => (
          <li key={index} class={`finding ${severity}`}>
            <p>
              <b>{SEVERITIES[severity]}</b>{' '}
              <code>
                {file}:{line}
              </code>{' '}
              <span class="quiet">{code}</span>
            </p>
            <p>{message}</p>
            <p class="hint">
              <Commands text={hint} />
              {isFixable && (
                <>
                  {' '}
                  <code>dray check --fix</code> does it.
                </>
              )}
            </p>
          </li>
        ))}
      </ul>
    </>
  )
}
