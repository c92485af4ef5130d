import type { Platform } from '../../deploy/model/ports.ts'

/** `linux/arm/v7`, as Docker writes it. */
export function renderPlatform({ os, architecture, variant }: Platform): string {
  return [os, architecture, variant].filter(Boolean).join('/')
}

/**
 * The one of `candidates` that Docker Engine on `host` would run, or undefined: its own platform first, then older variants
 * and 32-bit relatives of its processor, in the order of https://github.com/containerd/platforms (`Only`).
 */
export function choosePlatform<T extends { platform: Platform }>(
  candidates: readonly T[],
  host: Platform,
): T | undefined {
  const os = host.os.toLowerCase()
  for (const wanted of runnable(normalise(host))) {
    const found = candidates.find((candidate) => {
      const offered = normalise(candidate.platform)
      return offered.os === os && key(offered) === key(wanted)
    })
    if (found !== undefined) return found
  }
  return undefined
}

function runnable(host: Platform): Platform[] {
  const { architecture, variant } = host
  const own = [host, ...olderVariants(host)]
  if (architecture === 'amd64') return [...own, { os: host.os, architecture: '386' }]
  if (architecture !== 'arm64') return own
  const arm: Platform = { os: host.os, architecture: 'arm', variant: variant ?? 'v8' }
  return [...own, arm, ...olderVariants(arm)]
}

function olderVariants(host: Platform): Platform[] {
  const oldest = OLDEST_VARIANT[host.architecture]
  const version = Number(host.variant?.slice(1))
  if (oldest === undefined || !Number.isInteger(version)) return []
  const older = Array.from({ length: Math.max(0, version - oldest) }, (_, index) => version - 1 - index)
  return older.map((number) => normalise({ ...host, variant: `v${number}` }))
}

/** One spelling per platform: `uname` and Go use different processor names, and the first variant has no name. */
function normalise({ os, architecture, variant }: Platform): Platform {
  const written = architecture.toLowerCase()
  const alias = ALIASES[written] ?? { architecture: written }
  const name = variant?.toLowerCase() || alias.variant || (alias.architecture === 'arm' ? 'v7' : undefined)
  return {
    os: os.toLowerCase(),
    architecture: alias.architecture,
    variant: name === UNNAMED[alias.architecture] ? undefined : name,
  }
}

function key({ architecture, variant }: Platform): string {
  return `${architecture}/${variant ?? ''}`
}

const ALIASES: Readonly<Record<string, { architecture: string; variant?: string }>> = {
  x86_64: { architecture: 'amd64' },
  'x86-64': { architecture: 'amd64' },
  i386: { architecture: '386' },
  i686: { architecture: '386' },
  aarch64: { architecture: 'arm64' },
  armhf: { architecture: 'arm', variant: 'v7' },
  armel: { architecture: 'arm', variant: 'v6' },
  armv7l: { architecture: 'arm', variant: 'v7' },
  armv6l: { architecture: 'arm', variant: 'v6' },
}

const UNNAMED: Readonly<Record<string, string>> = { amd64: 'v1', arm64: 'v8' }
const OLDEST_VARIANT: Readonly<Record<string, number>> = { amd64: 1, arm: 5 }
