import { keptLayer } from './kept-layer.ts'
import type { Layer } from './layer.ts'

/** Libraries that Debian's program loads. */
const libraries = [
  ...[
    'libc6',
    'libcap2',
    'libcrypt1',
    'libgcc-s1',
    'libgcrypt20',
    'libgpg-error0',
    'liblua5.3-0',
    'liblz4-1',
  ],
  ...['liblzma5', 'libopentracing-c-wrapper0', 'libopentracing1', 'libpcre2-8-0', 'libssl3', 'libstdc++6'],
  ...['libsystemd0', 'libzstd1'],
]

/** A small root file system with HAProxy 2.6 of Debian bookworm. */
export function haproxyLayer(): Promise<Layer> {
  return keptLayer({
    name: 'haproxy-bookworm',
    describedIn: 'haproxy-layer.ts',
    suite: 'bookworm',
    packages: ['haproxy', 'busybox-static', ...libraries],
    programs: ['usr/sbin/haproxy'],
    // As in the official image.
    users: [{ name: 'haproxy', id: 99, home: '/var/lib/haproxy' }],
  })
}
