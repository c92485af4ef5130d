import { expect, test } from 'vitest'
import type { ReleaseDiff } from '../../../../../src/operations/diff/compare-sides.ts'
import { createTerminalStyle } from '../../../../../src/ui/terminal/terminal-style.ts'
import { filePatch, renderReleaseDiff } from '../../../../../src/ui/render/results/render-release-diff.ts'
import { fakeDigest } from '../../../../support/fake-app.ts'

const style = createTerminalStyle({ env: { LANG: 'C.UTF-8' }, isTTY: false })
const image = (tag: string) => ({ name: 'ghcr.io/acme/shop', tag, digest: fakeDigest(tag) })
const same: ReleaseDiff = {
  from: 'r1 (v1)',
  to: 'the working tree (v2)',
  images: [],
  configuration: [],
  variables: [],
  files: [],
  notes: [],
}

test('shows all parts, each with added, removed and changed entries', () => {
  const text = renderReleaseDiff(
    {
      ...same,
      images: [
        { service: 'backend', from: image('v1'), to: { name: 'ghcr.io/acme/shop', tag: 'v2' } },
        { service: 'cache', to: { name: 'redis', tag: '8' } },
      ],
      configuration: [
        {
          service: 'backend',
          change: 'changed',
          keys: [
            { name: 'environment.LOG_LEVEL', change: 'changed' },
            { name: 'ports', change: 'added' },
            { name: 'user', change: 'removed' },
          ],
        },
        { service: 'cache', change: 'added', keys: [] },
      ],
      variables: [
        { name: 'API_KEY', change: 'added' },
        { name: 'OLD', change: 'removed' },
      ],
      files: [
        { path: 'nginx.conf', change: 'changed', kind: 'text', before: 'a\nb\n', after: 'a\nc\n' },
        { path: 'token', change: 'changed', kind: 'secret' },
        {
          path: 'app.env',
          change: 'changed',
          kind: 'variables',
          variables: { added: ['A'], changed: ['B'], removed: ['C'] },
        },
        { path: 'logo.png', change: 'added', kind: 'binary', bytesBefore: 0, bytesAfter: 2048 },
        { path: 'run.sh', change: 'changed', kind: 'mode', modeBefore: 0o644, modeAfter: 0o755 },
        { path: 'dos', change: 'changed', kind: 'text', before: 'a\n', after: 'a' },
      ],
    },
    style,
  )
  const short = fakeDigest('v1').slice(0, 19)
  expect(text).toBe(`r1 (v1) → the working tree (v2)

Images
  ~  backend  v1 → v2  ${short} → unknown  ghcr.io/acme/shop
  +  cache    8        unknown                        redis

Resolved Compose configuration
  ~  backend  environment.LOG_LEVEL, +ports, -user
  +  cache

Variables in .env
  + API_KEY
  - OLD

Files
  ~ nginx.conf
  ~ token  secret, not shown
  ~ app.env  +A, -C, B
  + logo.png  binary, 0 B before, 2.0 kB after
  ~ run.sh  mode 644 before, 755 after
  ~ dos  only line endings or invisible characters

--- nginx.conf
+++ nginx.conf
@@ -1,2 +1,2 @@
 a
-b
+c
`)
})

test('two that are the same', () => {
  expect(renderReleaseDiff(same, style)).toBe('r1 (v1) → the working tree (v2)\n\nNo differences.\n')
})

test('the patch of a file that came is against nothing', () => {
  expect(filePatch({ path: 'a', change: 'added', kind: 'text', before: '', after: 'x\n' })).toBe(
    '--- /dev/null\n+++ a\n@@ -0,0 +1 @@\n+x\n',
  )
})

test('colours mark lines of a patch by their sign', () => {
  const colored = createTerminalStyle({ env: { LANG: 'C.UTF-8', FORCE_COLOR: '1' }, isTTY: true })
  const files = [{ path: 'a', change: 'changed', kind: 'text', before: 'x\n', after: 'y\n' } as const]
  const text = renderReleaseDiff({ ...same, files }, colored)
  expect(text).toContain('\u001b[31m-x\u001b[39m')
  expect(text).toContain('\u001b[32m+y\u001b[39m')
})
