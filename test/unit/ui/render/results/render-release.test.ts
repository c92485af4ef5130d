import { expect, test } from 'vitest'
import { describeContents } from '../../../../../src/deploy/releases/release-contents.ts'
import { renderRelease } from '../../../../../src/ui/render/results/render-release.ts'
import { createTerminalStyle } from '../../../../../src/ui/terminal/terminal-style.ts'
import { fakeRelease } from '../../../../support/fake-status-observation.ts'

const style = createTerminalStyle({ env: { LANG: 'C.UTF-8' }, isTTY: false, columns: 100 })

test('shows the images, files and variables of a release', () => {
  const release = fakeRelease({
    commit: { id: '3f2a1c9d07e8', isDirty: true },
    restores: 'r3',
    files: { 'compose.yml': 'a'.repeat(64) },
    variables: ['DATABASE_URL', 'MAIL_FROM'],
  })
  expect(renderRelease(describeContents(release), style)).toMatchInlineSnapshot(`
    "r7 (v1)
      deployed on 2026-11-23 06:00 UTC by anna@laptop, commit 3f2a1c9 + changes, restores r3

    Images
      web      v1  sha256:763100000000                ghcr.io/acme/web
      backend  v1  sha256:763100000000  2 containers  ghcr.io/acme/backend

    Files (1)
      compose.yml

    Variables (2)
      DATABASE_URL, MAIL_FROM
    "
  `)
})

test('says what a release does not have', () => {
  const text = renderRelease(describeContents(fakeRelease({ services: {}, files: {}, variables: [] })), style)
  expect(text.match(/^ {2}none$/gm)).toHaveLength(3)
})
