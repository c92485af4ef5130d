/** A screen: `#/`, `#/production`, `#/production/deploy@a.example.com/r41`, each part encoded. */
export type Route =
  | { screen: 'overview' }
  | { screen: 'timeline'; environment: string }
  | { screen: 'release'; environment: string; host: string; release: string }

/** The screen of the part of a URL after `#`; the overview for one that does not exist. */
export function parseRoute(hash: string): Route {
  const [environment, host, release] = hash.replace(/^#\/?/, '').split('/').map(decode)
  if (!environment) return { screen: 'overview' }
  return host && release
    ? { screen: 'release', environment, host, release }
    : { screen: 'timeline', environment }
}

/** The link to a screen. */
export function linkTo(route: Route): string {
  if (route.screen === 'overview') return '#/'
  const parts =
    route.screen === 'timeline' ? [route.environment] : [route.environment, route.host, route.release]
  return `#/${parts.map(encodeURIComponent).join('/')}`
}

/** A part that is not encoded stays as it is. */
function decode(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}
