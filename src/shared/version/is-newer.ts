import { compareVersions, validateStrict } from 'compare-versions'

/** Whether a text is a version as npm demands it: `1.2.3`, `1.2.3-rc.1`. https://semver.org */
export function isVersion(text: string): boolean {
  return text.length <= 64 && validateStrict(text)
}

/** Whether version `a` comes after `b`; both are versions. */
export function isNewer(a: string, b: string): boolean {
  return compareVersions(a, b) > 0
}
