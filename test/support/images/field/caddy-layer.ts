import { copyFile, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { keptLayer } from './kept-layer.ts'
import type { Layer } from './layer.ts'

/** Debian's suites that Caddy is taken from, and the libraries that its program loads there. */
export const caddySuites = { bookworm: ['libc6', 'libzstd1'], sid: ['libc6'] } as const
export type CaddySuite = keyof typeof caddySuites

/** A small root file system with Caddy of one of Debian's suites. */
export function caddyLayer(suite: CaddySuite): Promise<Layer> {
  return keptLayer({
    name: `caddy-${suite}`,
    describedIn: 'caddy-layer.ts',
    suite,
    packages: ['caddy', 'busybox-static', ...caddySuites[suite]],
    programs: ['usr/bin/caddy'],
    users: [],
    finish: async ({ directory, packages }) => {
      for (const path of ['etc/caddy', 'config/caddy', 'data/caddy', 'srv'])
        await mkdir(join(directory, path), { recursive: true })
      await copyFile(join(packages, 'etc/caddy/Caddyfile'), join(directory, 'etc/caddy/Caddyfile'))
    },
  })
}
