/** The screens of an environment, in the order of their links; the timeline is the first. */
export const SCREENS = ['timeline', 'live', 'logs', 'containers', 'disk', 'checks', 'variables'] as const

export type EnvironmentScreen = (typeof SCREENS)[number]

/** A screen, as the part of the URL after `#`: `#/production`, `#/production/logs`, `#/production/HOST/r41`, each part encoded. */
export type Route =
  | { screen: 'overview' }
  | { screen: EnvironmentScreen; environment: string }
  | { screen: 'release'; environment: string; host: string; release: string }

/** The screen of the part of a URL after `#`; the overview for one that does not exist. */
export function parseRoute(hash: string): Route {
  const [environment, second, release] = hash.replace(/^#\/?/, '').split('/').map(decode)
  if (!environment) return { screen: 'overview' }
  if (second && release) return { screen: 'release', environment, host: second, release }
  return { screen: SCREENS.find((it) => it === second) ?? 'timeline', environment }
}

/** The link to a screen. */
export function linkTo(route: Route): string {
  if (route.screen === 'overview') return '#/'
  const { screen, environment } = route
  const more = screen === 'release' ? [route.host, route.release] : screen === 'timeline' ? [] : [screen]
  return `#/${[environment, ...more].map(encodeURIComponent).join('/')}`
}

/** A part that is not encoded stays as it is. */
function decode(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}
