import { format } from 'prettier'
import { describe, expect, test } from 'vitest'
import { checkRepository } from '../../../src/check/check-repository.ts'
import type { DrayTool } from '../../../src/scaffold/app-shape.ts'
import { makeShape, suggestAnswers } from '../../../src/scaffold/make-shape.ts'
import { planFile, wantFiles, type PlannedFile } from '../../../src/scaffold/plan-files.ts'
import type { Repository } from '../../../src/scaffold/repository.ts'
import { shapes } from '../../support/scaffold-shapes.ts'

const tools = {
  file: { kind: 'file', path: 'tools/dray.mjs' },
  npm: { kind: 'npm', version: '1.2.3', integrity: `sha512-${'A'.repeat(86)}==` },
  action: { kind: 'action', uses: `acme/dray@${'0'.repeat(40)} # v1.2.3` },
} as const satisfies Record<string, DrayTool>

const cases: readonly { name: string; repository: Repository; tool: DrayTool }[] = [
  ...Object.entries(shapes).map(([name, repository]) => ({ name, repository, tool: tools.file })),
  ...(['npm', 'action'] as const).map((way) => ({
    name: `single-by-${way}`,
    repository: shapes['single']!,
    tool: tools[way],
  })),
]

function filesFor(repository: Repository, tool: DrayTool): PlannedFile[] {
  const shape = makeShape(repository, suggestAnswers(repository).answers, tool)
  return wantFiles(repository, shape).map((wanted) => planFile(wanted, repository.texts.get(wanted.path)))
}

/** The repository after init has written all that it would. */
function written(repository: Repository, tool: DrayTool): Repository {
  const planned = filesFor(repository, tool)
  const texts = new Map([...repository.texts, ...planned.map(({ path, text }) => [path, text] as const)])
  return { ...repository, texts }
}

describe.each(cases)('a repository of the shape $name', ({ name, repository, tool }) => {
  const planned = filesFor(repository, tool)

  test('gets these files', async () => {
    const text = planned.map(({ path, state, text }) => `=== ${path} (${state})\n${text}`).join('\n')
    await expect(text).toMatchFileSnapshot(`golden/${name}.txt`)
  })

  test('gets them as Prettier would write them', async () => {
    const files = planned.filter((file) => /ya?ml$/.test(file.path))
    expect(files.length).toBeGreaterThan(1)
    for (const { path, text } of files)
      expect(await format(text, { filepath: path, printWidth: 200 })).toBe(text)
  })

  test('gets files without findings of `dray check`', () => {
    const files = Object.fromEntries(written(repository, tool).texts)
    const { owner, name: repositoryName } = repository
    const findings = checkRepository({
      files,
      tracked: new Set(Object.keys(files)),
      githubName: `${owner ?? ''}/${repositoryName}`,
    })
    const own = findings.filter(({ file }) => planned.some(({ path }) => path === file))
    expect(own.map(({ file, line, code }) => `${file}:${line} ${code}`)).toEqual([])
  })

  test('is as init would leave it when it is run again', () => {
    const again = filesFor(written(repository, tool), tool)
    expect(again.filter(({ state }) => state !== 'same').map(({ path }) => path)).toEqual([])
  })
})
