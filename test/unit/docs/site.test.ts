import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { checkBuilt } from '../../../scripts/site/check-built.ts'
import { listPages, readOwnSidebar, readSidebar, root } from '../../../scripts/site/pages.ts'
import { siteLink } from '../../../scripts/site/site-link.ts'
import { parseWorkflow } from '../../support/actions/parse-workflow.ts'
import { check, show } from '../../support/run-check.ts'

const pages = [
  { file: 'site/index.md', address: 'index' },
  { file: 'docs/a.md', address: 'a' },
  { file: 'bench/README.md', address: 'benchmarks' },
]

describe('the sidebar', () => {
  test('has every page once', () => {
    const links = readOwnSidebar().flatMap(({ items }) => items.map(({ link }) => link))
    const addresses = listPages().map(({ address }) => `/${address}`)
    expect(links.toSorted()).toEqual(
      addresses.filter((it) => it !== '/index' && it !== '/contents').toSorted(),
    )
  })

  test('is read from headings and lists, and refuses a link to no page', () => {
    const text = '# All\n\n[a](a.md)\n\n## Ship\n\n- [The a](a.md): words\n- [Figures](../bench/README.md)\n'
    expect(readSidebar(text, pages)).toEqual([
      {
        text: 'Ship',
        items: [
          { text: 'The a', link: '/a' },
          { text: 'Figures', link: '/benchmarks' },
        ],
      },
    ])
    expect(() => readSidebar('## X\n\n- [b](b.md)\n', pages)).toThrow('b.md, which is no page')
  })
})

describe('a link of a page', () => {
  const context = { file: 'docs/a.md', pages, repository: 'https://github.com/acme/dray' }

  test.each([
    ['../bench/README.md#deploys', '/benchmarks#deploys'],
    ['a.md', '/a'],
    ['../site/index.md', '/'],
    ['../AGENTS.md', 'https://github.com/acme/dray/blob/main/AGENTS.md'],
    ['../bench/deploy.sh', 'https://github.com/acme/dray/blob/main/bench/deploy.sh'],
    ['#here', '#here'],
    ['https://example.com', 'https://example.com'],
  ])('%s leads to %s', (href, target) => {
    expect(siteLink(href, context)).toBe(target)
  })

  test('to a file that is no page has no target while the repository is unknown', () => {
    expect(siteLink('../AGENTS.md', { ...context, repository: undefined })).toBeUndefined()
  })
})

describe('the check of the built site', () => {
  async function built(files: Readonly<Record<string, string>>): Promise<string[]> {
    const directory = await mkdtemp(join(tmpdir(), 'dray-site-'))
    onTestFinished(() => rm(directory, { recursive: true }))
    for (const [name, text] of Object.entries(files)) await writeFile(join(directory, name), text)
    return checkBuilt(directory, '/dray/', pages.slice(0, 2))
  }

  test('accepts links below the base, with anchors', async () => {
    const index =
      '<h1>dray</h1><a href="/dray/a#b">a</a><a href="https://example.com">out</a><a href="#">top</a>'
    expect(
      await built({ 'index.html': index, 'a.html': '<h1 id="b">A</h1><a class="x" href="/dray/">i</a>' }),
    ).toEqual([])
  })

  test('finds pages that were not rendered, and links to nothing', async () => {
    const index = '<h1>dray</h1><a href="/a">a</a><a href="/dray/b">b</a><a href="/dray/a#c">c</a>'
    expect(await built({ 'index.html': index, 'a.html': '<div></div>' })).toEqual([
      'docs/a.md was not rendered: it has no title.',
      'index.html: /a leads to nothing.',
      'index.html: /dray/b leads to nothing.',
      'index.html: /dray/a#c has no such anchor.',
    ])
  })
})

describe('the workflow that publishes the site', () => {
  const path = '.github/workflows/pages.yml'

  test("is one that GitHub's parser accepts, without a finding of `dray check`", async () => {
    const text = await readFile(join(root, path), 'utf8')
    await parseWorkflow('pages.yml', text)
    expect(show(check({ [path]: text }))).toEqual([])
  })

  test('pins its actions, and only the job that publishes may write', async () => {
    const text = await readFile(join(root, path), 'utf8')
    const actions = [...text.matchAll(/uses: (\S+)/g)].map(([, action]) => action)
    for (const action of actions) expect(action).toMatch(/^actions\/[a-z-]+@[0-9a-f]{40}$/)
    expect(text.match(/\w+(?:-\w+)*: write/g)).toEqual(['pages: write', 'id-token: write'])
    expect(text).toMatch(/^permissions: \{\}$/m)
  })
})
