import { useSignalEffect } from '@preact/signals'
import type { JSX } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { worstVerdict } from '../../../operations/status/make-status.ts'
import type { Overview } from '../model.ts'
import { OverviewScreen } from './overview-screen.tsx'
import { ReleaseScreen } from './release-screen.tsx'
import { linkTo, type Route } from './route.ts'
import { connection, overview, route } from './state.ts'
import { TimelineScreen } from './timeline-screen.tsx'
import { verdictOf, VERDICTS } from './verdict.tsx'

/** The frame of every screen: where you are, whether it is live, and the screen. */
export function Page(): JSX.Element {
  const heading = useRef<HTMLHeadingElement>(null)
  const at = route.value
  const path = linkTo(at)
  const isFirst = useRef(true)
  // A screen reader begins at the heading of the new screen.
  useEffect(() => {
    if (!isFirst.current) heading.current?.focus()
    isFirst.current = false
  }, [path])
  useSignalEffect(() => {
    document.title = titleOf(overview.value)
  })
  const app = overview.value?.app ?? 'dray'
  return (
    <>
      <a class="skip" href="#content" onClick={skip}>
        Skip to the content
      </a>
      <header>
        <nav aria-label="Screens">
          <ol>
            <Crumbs app={app} at={at} />
          </ol>
        </nav>
        <Connection />
      </header>
      <main id="content" tabIndex={-1}>
        <h1 ref={heading} tabIndex={-1}>
          {headingOf(at)}
        </h1>
        <Screen at={at} />
      </main>
      <p class="unseen" role="status">
        {announcement(overview.value)}
      </p>
    </>
  )
}

/** The part after `#` is the screen, so the browser cannot follow the link itself. */
function skip(event: Event): void {
  event.preventDefault()
  document.getElementById('content')?.focus()
}

function Crumbs({ app, at }: { app: string; at: Route }): JSX.Element {
  const links: { text: string; to: Route }[] = [{ text: app, to: { screen: 'overview' } }]
  if (at.screen !== 'overview')
    links.push({ text: at.environment, to: { screen: 'timeline', environment: at.environment } })
  if (at.screen === 'release') links.push({ text: at.release, to: at })
  return (
    <>
      {links.map(({ text, to }, index) => (
        <li key={index}>
          <a href={linkTo(to)} aria-current={index === links.length - 1 ? 'page' : undefined}>
            {text}
          </a>
        </li>
      ))}
    </>
  )
}

function Screen({ at }: { at: Route }): JSX.Element {
  if (at.screen === 'overview') return <OverviewScreen />
  if (at.screen === 'timeline') return <TimelineScreen key={at.environment} environment={at.environment} />
  return <ReleaseScreen key={linkTo(at)} {...at} />
}

function headingOf(at: Route): string {
  if (at.screen === 'overview') return 'Environments'
  return at.screen === 'timeline' ? `Timeline of ${at.environment}` : `Release ${at.release}`
}

const CONNECTIONS = {
  connecting: '… connecting',
  live: '● live',
  lost: '✗ dray does not answer. If it has ended, run `dray ui` again; this page of it cannot come back.',
}

function Connection(): JSX.Element {
  const state = connection.value
  return (
    <p class={`connection ${state}`} role={state === 'lost' ? 'alert' : undefined}>
      {CONNECTIONS[state]}
    </p>
  )
}

/** The worst state first, so that a tab's title says it. */
function titleOf(seen: Overview | undefined): string {
  if (seen === undefined) return 'dray'
  const worst = worstVerdict(seen.environments.map(verdictOf).filter((it) => it !== 'reading'))
  const named = seen.environments.filter((it) => verdictOf(it) === worst).map((it) => it.environment)
  if (named.length === 0) return `${seen.app}: dray`
  return `${VERDICTS[worst].mark} ${seen.app}: ${named.join(', ')} ${VERDICTS[worst].word}`
}

/** Read aloud when it changes. */
function announcement(seen: Overview | undefined): string {
  const known = seen?.environments.filter((it) => verdictOf(it) !== 'reading') ?? []
  return known.map((it) => `${it.environment}: ${VERDICTS[verdictOf(it)].word}.`).join(' ')
}
