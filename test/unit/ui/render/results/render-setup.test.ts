import { expect, test } from 'vitest'
import { createTerminalStyle } from '../../../../../src/ui/terminal/terminal-style.ts'
import { renderSetup } from '../../../../../src/ui/render/results/render-setup.ts'

const style = createTerminalStyle({ env: { LANG: 'C.UTF-8' }, isTTY: false, columns: 100 })
const bare = {
  host: 'deploy@a',
  actions: [
    { kind: 'install-packages', packages: ['docker.io', 'docker-compose-v2'], cause: 'Docker is missing' },
    {
      kind: 'make-directory',
      path: '/srv/shop',
      user: 'deploy',
      group: 'deploy',
      cause: 'it does not exist',
    },
  ] as const,
  remaining: [],
}
const ready = { host: 'deploy@b', actions: [], remaining: [] }

test('shows the actions on each host, with their cause', () => {
  expect(renderSetup([bare, ready], 'planned', style)).toMatchInlineSnapshot(`
    "deploy@a: 2 actions planned
      1.  Install docker.io, docker-compose-v2  Docker is missing
      2.  Create /srv/shop for deploy           it does not exist

    ✓ deploy@b: nothing to do.
    "
  `)
})

test('shows the finished actions', () => {
  expect(renderSetup([bare], 'done', style)).toMatchInlineSnapshot(`
    "✓ deploy@a: 2 actions done
      ✓  Install docker.io, docker-compose-v2  Docker is missing
      ✓  Create /srv/shop for deploy           it does not exist
    "
  `)
})
