import type { JSX } from 'preact'
import type { VariableReview } from '../../../operations/env/review-variables.ts'
import { namedBy, remark, urgentFirst, type HostVariables } from '../../render/results/render-variables.ts'
import type { VariablesView } from '../model.ts'
import { FailureNote, Reread, WideTable } from './parts.tsx'
import { useAsk } from './use-poll.ts'

/** The variables in `.env` of each host against what the app needs. Their values never leave the server. */
export function VariablesScreen({ environment }: { environment: string }): JSX.Element {
  const { answer, problem, readAtMs, isAsking, again } = useAsk('variables', { environment })
  return (
    <>
      <Reread {...{ isAsking, again, readAtMs, problem }} words="Reading the names" />
      {problem !== undefined && <p class="problem">{problem}</p>}
      {answer !== undefined &&
        ('failure' in answer ? <FailureNote failure={answer.failure} /> : <Hosts view={answer} />)}
      <p class="quiet">
        Names only; values never leave the server. <code>dray env {environment} set NAME</code> sets one.
      </p>
    </>
  )
}

function Hosts({ view: { hasExample, hosts } }: { view: VariablesView }): JSX.Element {
  return (
    <>
      {!hasExample && (
        <p class="hint">
          Unused variables cannot be detected: there is no .env.example next to the compose file.
        </p>
      )}
      {hosts.map(({ host, answer }) => (
        <section key={host}>
          <h2>{host}</h2>
          {'failure' in answer ? <FailureNote failure={answer.failure} /> : <Variables of={answer} />}
        </section>
      ))}
    </>
  )
}

function Variables({ of: { host, path, mode, variables } }: { of: HostVariables }): JSX.Element {
  return (
    <>
      <p>
        <code>{path}/.env</code> {mode === undefined ? 'does not exist' : `has mode ${mode}`}
        {/[4-7]$/.test(mode ?? '') && (
          <>
            : other users of the server can read it; run <code>chmod 600 {path}/.env</code> there
          </>
        )}
      </p>
      <WideTable label={`Variables of ${host}`} columns={['Variable', 'State', 'Named by', 'Note']}>
        {urgentFirst(variables).map((variable) => (
          <tr key={variable.name} class={variable.verdict === 'missing' ? 'bad' : ''}>
            <th scope="row">
              <code>{variable.name}</code>
            </th>
            <td>{stateOf(variable)}</td>
            <td>{namedBy(variable)}</td>
            <td class="quiet">{remark(variable)}</td>
          </tr>
        ))}
      </WideTable>
    </>
  )
}

function stateOf({ verdict, state }: VariableReview): string {
  if (verdict === 'missing') return '✗ missing'
  if (verdict === 'default') return '○ not set'
  return verdict === 'ok' ? `✓ ${state}` : `! ${state}`
}
