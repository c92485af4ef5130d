import type { Plan } from '../model/plan.ts'
import { someNames } from '../model/some-names.ts'

/** The warnings of a plan on one host. */
export type HostWarnings = { host: string; texts: readonly string[] }

/** The warnings of a plan, each once: first those that its decisions bring, then those that tell what was measured. */
export function joinWarnings({
  decided,
  measured,
}: {
  decided: readonly string[]
  measured: readonly string[]
}): Pick<Plan, 'warnings' | 'measuredWarnings'> {
  return {
    warnings: [...new Set([...decided, ...measured])],
    ...(measured.length > 0 && { measuredWarnings: [...new Set(measured)] }),
  }
}

/** The warnings of several hosts: those that differ only in the name of their host become one that names the hosts. */
export function joinHosts(found: readonly HostWarnings[]): string[] {
  const texts = new Map<string, { first: string; parts: readonly string[]; hosts: string[] }>()
  for (const { host, texts: ofHost } of found)
    for (const text of ofHost) {
      const parts = splitAtHost(text, host)
      const key = JSON.stringify(parts)
      const known = texts.get(key)
      if (known === undefined) texts.set(key, { first: text, parts, hosts: [host] })
      else if (!known.hosts.includes(host)) known.hosts.push(host)
    }
  return [...texts.values()].map(({ first, parts, hosts }) =>
    hosts.length === 1 ? first : parts.join(someNames(hosts)),
  )
}

/** A text without the names of its host; in one piece if it does not name it. A command, in backquotes, is for one host. */
function splitAtHost(text: string, host: string): string[] {
  const name = host.replaceAll(/[$()*+.?[\\\]^{|}]/g, '\\$&')
  const parts = text.split(new RegExp(`(?<![\\w.@:-])${name}(?![\\w@-]|[.:]\\w)`))
  const isInCommand = parts.slice(0, -1).some((_, index) => isOdd(parts.slice(0, index + 1).join('')))
  return isInCommand ? [text] : parts
}

function isOdd(text: string): boolean {
  return (text.split('`').length - 1) % 2 === 1
}

/** The warnings that only another plan brings. */
export function decidedWarnings({ warnings, measuredWarnings = [] }: Plan): readonly string[] {
  return warnings.filter((it) => !measuredWarnings.includes(it))
}
