import type { JSX } from 'preact'
import type { VariableReview } from '../../../operations/env/review-variables.ts'
import { namedBy, remark, urgentFirst, type HostVariables } from '../../render/results/render-variables.ts'
import { Answered, HostParts } from './answered.tsx'
import { FailureNote, Reread, WideTable } from './parts.tsx'
import { useAsk } from './use-poll.ts'

/** The variables in `.env` of each host against what the app needs. Their values never leave the server. */
export function VariablesScreen({ environment }: { environment: string }): JSX.Element {
  const { answer, problem, readAtMs, isAsking, again } = useAsk('variables', { environment })
  return (
    <>
      <Reread {...{ isAsking, again, readAtMs, problem }} words="Reading the names" />
      <Answered answer={answer} problem={problem}>
        {({ hasExample, hosts }) => (
          <>
            {!hasExample && (
              <p class="hint">
                Unused variables cannot be detected: there is no .env.example next to the compose file.
              </p>
            )}
            <HostParts hosts={hosts}>
              {({ answer: of }) =>
                'failure' in of ? <FailureNote failure={of.failure} /> : <Variables of={of} />
              }
            </HostParts>
          </>
        )}
      </Answered>
      <p class="quiet">
        Names only; values never leave the server. <code>dray env {environment} set NAME</code> sets one.
      </p>
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
