import { format } from 'prettier'
import { describe, expect, test } from 'vitest'
import { checkRepository } from '../../../src/check/check-repository.ts'
import { makeShape, suggestAnswers } from '../../../src/scaffold/make-shape.ts'
import { planFile, wantFiles, type PlannedFile } from '../../../src/scaffold/plan-files.ts'
import type { Repository } from '../../../src/scaffold/repository.ts'
import { shapes } from '../../support/scaffold-shapes.ts'

const tool = { kind: 'file', path: 'tools/dray.mjs' } as const

function filesFor(repository: Repository): PlannedFile[] {
  const shape = makeShape(repository, suggestAnswers(repository).answers, tool)
  return wantFiles(repository, shape).map((wanted) => planFile(wanted, repository.texts.get(wanted.path)))
}

/** The repository after init has written all that it would. */
function written(repository: Repository): Repository {
  const planned = filesFor(repository)
  const texts = new Map([...repository.texts, ...planned.map(({ path, text }) => [path, text] as const)])
  return { ...repository, texts }
}

describe.each(Object.entries(shapes))('a repository of the shape %s', (name, repository) => {
  const planned = filesFor(repository)

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
    const files = Object.fromEntries(written(repository).texts)
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
    const again = filesFor(written(repository))
    expect(again.filter(({ state }) => state !== 'same').map(({ path }) => path)).toEqual([])
  })
})
