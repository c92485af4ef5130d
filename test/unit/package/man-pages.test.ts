import { expect, test } from 'vitest'
import { renderManPages } from '../../../scripts/package/render-man-page.ts'
import { version } from '../../../src/shared/version/version.ts'
import { commands } from '../../../src/cli/commands.ts'

const pages = renderManPages()

test('there is a page for dray and one for each command, which names all its options', () => {
  expect([...pages.keys()]).toEqual(['dray.1', ...commands.map(({ name }) => `dray-${name}.1`)])
  for (const { name, options } of commands)
    for (const { flags } of options)
      expect(pages.get(`dray-${name}.1`)).toContain(`\\fB${flags.replaceAll('-', '\\-')}\\fR`)
})

test('a page begins with its title, its version, and one line about it', () => {
  expect(pages.get('dray-deploy.1')).toMatch(
    new RegExp(
      `^\\.TH DRAY\\\\-DEPLOY 1 "" "dray ${version}" "dray"\\n\\.SH NAME\\ndray\\\\-deploy \\\\- \\w.*[^.]\\n`,
    ),
  )
})

test('no text of a command is a request of roff, and a page is ASCII', () => {
  const requests = ['.TH', '.SH', '.SS', '.TP', '.PP', '.B']
  for (const text of pages.values()) {
    const found = text.split('\n').filter((line) => /^[.']/.test(line))
    expect(found.filter((line) => !requests.includes(line.split(' ')[0] ?? ''))).toEqual([])
    expect(text).toMatch(/^[\n -~]*$/)
    expect(text.replaceAll(/\\(?:-|e|&|f[BR]|\[u[0-9A-F]{4,6}\])/g, '')).not.toContain('\\')
  }
})
