import { useSignalEffect } from '@preact/signals'
import type { JSX } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { announcementOf, titleOf } from '../judge-view.ts'
import { ChecksScreen } from './checks-screen.tsx'
import { ContainersScreen } from './containers-screen.tsx'
import { DiskScreen } from './disk-screen.tsx'
import { LiveScreen } from './live-screen.tsx'
import { LogsScreen } from './logs-screen.tsx'
import { OverviewScreen } from './overview-screen.tsx'
import { ReleaseScreen } from './release-screen.tsx'
import { linkTo, SCREENS, type EnvironmentScreen, type Route } from './route.ts'
import { connection, isExact, isSwarm, overview, present, route } from './state.ts'
import { StackScreen } from './stack-screen.tsx'
import { TimelineScreen } from './timeline-screen.tsx'
import { VariablesScreen } from './variables-screen.tsx'

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
    document.title = titleOf(overview.value, present())
  })
  const app = overview.value?.app ?? 'dray'
  return (
    <>
      <a class="skip" href="#content" onClick={skip}>
        Skip to the content
      </a>
      <header>
        <nav aria-label="Path">
          <ol>
            <Crumbs app={app} at={at} />
          </ol>
        </nav>
        <div class="tools">
          <Exact />
          <Connection />
        </div>
      </header>
      {at.screen !== 'overview' && <Tabs at={at} />}
      <main id="content" tabIndex={-1}>
        <h1 ref={heading} tabIndex={-1}>
          {headingOf(at)}
        </h1>
        <Screen key={path} at={at} />
      </main>
      <p class="unseen" role="status">
        {announcementOf(overview.value, present())}
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
          <a href={linkTo(to)} aria-current={linkTo(to) === linkTo(at) ? 'page' : undefined}>
            {text}
          </a>
        </li>
      ))}
    </>
  )
}

/** Links to the screens of the environment. */
function Tabs({ at }: { at: Exclude<Route, { screen: 'overview' }> }): JSX.Element {
  const { environment } = at
  return (
    <nav class="tabs" aria-label={`Screens of ${environment}`}>
      <ul class="plain">
        {SCREENS.map((screen) => (
          <li key={screen}>
            <a
              href={linkTo({ screen, environment })}
              aria-current={at.screen === screen ? 'page' : undefined}
            >
              {SCREEN_NAMES[screen]}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  )
}

const SCREEN_NAMES: Readonly<Record<EnvironmentScreen, string>> = {
  timeline: 'Timeline',
  live: 'Live deploy',
  logs: 'Logs',
  containers: 'Containers',
  disk: 'Disk',
  checks: 'Checks',
  variables: 'Variables',
}

function Screen({ at }: { at: Route }): JSX.Element {
  switch (at.screen) {
    case 'overview':
      return <OverviewScreen />
    case 'release':
      return <ReleaseScreen {...at} />
    case 'timeline':
      return <TimelineScreen environment={at.environment} />
    case 'live':
      return <LiveScreen environment={at.environment} />
    case 'logs':
      return <LogsScreen environment={at.environment} />
    case 'containers':
      return isSwarm(at.environment) ? (
        <StackScreen environment={at.environment} />
      ) : (
        <ContainersScreen environment={at.environment} />
      )
    case 'disk':
      return <DiskScreen environment={at.environment} />
    case 'checks':
      return <ChecksScreen environment={at.environment} />
    case 'variables':
      return <VariablesScreen environment={at.environment} />
  }
}

function headingOf(at: Route): string {
  if (at.screen === 'overview') return 'Environments'
  return at.screen === 'release' ? `Release ${at.release}` : `${SCREEN_NAMES[at.screen]} of ${at.environment}`
}

/** Shows what is else shortened or left out: a title would be out of reach of the keyboard and of a finger. */
function Exact(): JSX.Element {
  return (
    <button type="button" aria-pressed={isExact.value} onClick={() => (isExact.value = !isExact.value)}>
      Exact times and digests
    </button>
  )
}

const CONNECTIONS = {
  connecting: '… connecting',
  live: '● live',
  revoked: '✗ The link was used a second time, so that no browser has access any more. Run `dray ui` again.',
  lost: '✗ dray does not answer. If it has ended, run `dray ui` again; this page of it cannot come back.',
}

function Connection(): JSX.Element {
  const state = connection.value
  const { isLost } = present()
  return (
    <p class={`connection ${isLost ? 'lost' : state}`} role={isLost ? 'alert' : undefined}>
      {CONNECTIONS[state]}
    </p>
  )
}
