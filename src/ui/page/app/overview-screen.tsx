import type { JSX } from 'preact'
import { judgeView } from '../judge-view.ts'
import type { EnvironmentView } from '../model.ts'
import { HostFacts } from './host-facts.tsx'
import { FailureNote, Time } from './parts.tsx'
import { linkTo } from './route.ts'
import { overview, present, serverNowMs } from './state.ts'

/** A card for each environment, whose state can be read from a distance. */
export function OverviewScreen(): JSX.Element {
  const seen = overview.value
  if (seen === undefined) return <p class="quiet">Reading the environments…</p>
  return (
    <ul class="cards">
      {seen.environments.map((view) => (
        <li key={view.environment}>
          <Card view={view} />
        </li>
      ))}
    </ul>
  )
}

function Card({ view }: { view: EnvironmentView }): JSX.Element {
  const { environment, status, reading, readAtMs } = view
  const { mark, word, tone } = judgeView(view, present())
  return (
    <article class={`card ${tone}`} aria-labelledby={`name-${environment}`}>
      <div class="verdict">
        <h2 id={`name-${environment}`}>
          <a href={linkTo({ screen: 'timeline', environment })}>{environment}</a>
        </h2>
        <p>
          <span aria-hidden="true">{mark}</span> {word}
        </p>
      </div>
      {status?.failure !== undefined && <FailureNote failure={status.failure} />}
      {status?.hosts.map((host) => (
        <HostFacts key={host.host} environment={environment} host={host} view={view} />
      ))}
      {status !== undefined && reading.length > 0 && <p class="quiet">Reading {reading.join(', ')}…</p>}
      {readAtMs !== undefined && (
        <p class="quiet">
          Read <Time atMs={readAtMs} nowMs={serverNowMs()} />
        </p>
      )}
    </article>
  )
}
