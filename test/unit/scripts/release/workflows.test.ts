import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { root } from '../../../../scripts/bundle.mjs'
import { parseWorkflow } from '../../../support/actions/parse-workflow.ts'
import { check, show } from '../../../support/run-check.ts'

const directory = join(root, '.github/workflows')
const names = readdirSync(directory)
const textOf = (name: string): string => readFileSync(join(directory, name), 'utf8')

type Permissions = Readonly<Record<string, string>>
type Job = {
  needs?: string | string[]
  permissions?: Permissions
  'timeout-minutes'?: number
  steps: { uses?: string; run?: string }[]
}
type Workflow = { permissions: Permissions; jobs: Readonly<Record<string, Job>> }

const workflow = (name: string): Workflow => parse(textOf(name)) as Workflow

describe.each(names)('%s', (name) => {
  test("has no error for GitHub's own parser", async () => {
    const template = await parseWorkflow(name, textOf(name))
    expect(template.jobs.map(({ id }) => id.value)).toEqual(Object.keys(workflow(name).jobs))
  })

  test('names every action by commit and version', () => {
    const uses = [...textOf(name).matchAll(/uses: (.*)/g)].map(([, it = '']) => it)
    expect(uses.length).toBeGreaterThan(2)
    for (const it of uses) expect(it).toMatch(/^[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/)
  })

  test('puts no expression into a script, and every job has a time limit', () => {
    for (const [id, job] of Object.entries(workflow(name).jobs)) {
      expect([id, job['timeout-minutes']]).toEqual([id, expect.any(Number)])
      for (const { run } of job.steps) expect(run ?? '').not.toContain('${{')
    }
  })
})

test('dray check finds nothing in them', () => {
  const files = Object.fromEntries(names.map((name) => [`.github/workflows/${name}`, textOf(name)]))
  expect(show(check(files, { githubName: 'acme/dray' }))).toEqual([])
})

test('the same action has the same commit in all of them', () => {
  const used = names.flatMap((name) => [...textOf(name).matchAll(/uses: (\S+)@(\S+) # (\S+)/g)])
  const commits = new Map<string, Set<string>>()
  for (const [, action = '', commit = '', version = ''] of used)
    commits.set(action, (commits.get(action) ?? new Set()).add(`${commit} ${version}`))
  for (const [action, found] of commits) expect([action, found.size]).toEqual([action, 1])
})

test('each job of the release has only the rights that it needs', () => {
  const { permissions, jobs } = workflow('release.yml')
  expect(permissions).toEqual({})
  const write = Object.entries(jobs).map(([id, job]) => [
    id,
    Object.entries(job.permissions ?? {})
      .filter(([, right]) => right === 'write')
      .map(([scope]) => scope)
      .join(' '),
  ])
  expect(Object.fromEntries(write)).toEqual({
    verify: '',
    executable: '',
    package: '',
    attest: 'id-token attestations',
    npm: 'id-token',
    image: 'packages id-token attestations',
    publish: 'contents',
  })
})

test('nothing is published before the tag is verified and the files are attested', () => {
  const { jobs } = workflow('release.yml')
  const before = (id: string): string[] => {
    const needs = [jobs[id]?.needs ?? []].flat()
    return [...new Set([...needs, ...needs.flatMap(before)])].sort()
  }
  const files = ['attest', 'executable', 'package', 'verify']
  expect(before('npm')).toEqual(files)
  expect(before('image')).toEqual(files)
  expect(before('publish')).toEqual([...files, 'image', 'npm'].sort())
})

test('CI runs every Node that dray supports, on both distributions', () => {
  const text = textOf('ci.yml')
  expect(text.match(/node: \[20, 22, 24\]/g)).toHaveLength(2)
  expect([workflow('ci.yml').jobs['passed']?.needs].flat()).toEqual(['check', 'ubuntu', 'debian', 'long'])
})
