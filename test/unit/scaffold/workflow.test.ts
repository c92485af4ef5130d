import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import type { DrayTool } from '../../../src/scaffold/app-shape.ts'
import { makeShape, suggestAnswers } from '../../../src/scaffold/make-shape.ts'
import { renderWorkflow } from '../../../src/scaffold/workflow.ts'
import { parseWorkflow } from '../../support/actions/parse-workflow.ts'
import { shapes } from '../../support/scaffold-shapes.ts'

type Step = {
  id?: string
  uses?: string
  run?: string
  with?: Record<string, string>
  env?: Record<string, string>
}
type Job = { permissions: Record<string, string>; steps: Step[]; environment?: { name: string } }
type Workflow = {
  on: unknown
  permissions: object
  concurrency: Record<string, unknown>
  jobs: { build: Job; deploy: Job }
}

const tools: readonly DrayTool[] = [
  { kind: 'file', path: 'tools/dray.mjs' },
  { kind: 'action', uses: `acme/dray@${'0'.repeat(40)} # v1.0.0` },
  { kind: 'npm', version: '1.2.3', integrity: `sha512-${'A'.repeat(86)}==` },
]
const cases = Object.entries(shapes).flatMap(([name, repository]) =>
  tools.flatMap((tool) => {
    const shape = makeShape(repository, suggestAnswers(repository).answers, tool)
    return shape.environments.map((environment) => {
      const text = renderWorkflow(environment, shape)
      return { title: `${environment.name} of ${name} by ${tool.kind}`, text, environment }
    })
  }),
)

describe.each(cases)('the workflow for $title', ({ text, environment }) => {
  const workflow = parse(text) as Workflow
  const { build, deploy } = workflow.jobs
  const builds = build.steps.filter(({ uses }) => uses?.startsWith('docker/build-push-action@'))

  test("is one that GitHub's own parser takes", async () => {
    const template = await parseWorkflow('deploy.yml', text)
    expect(template.jobs.map((job) => job.id.toString())).toEqual(['build', 'deploy'])
  })

  test('gives each job the rights that it needs, and no other', () => {
    expect(workflow.permissions).toEqual({})
    expect(build.permissions).toEqual({ contents: 'read', packages: 'write' })
    expect(deploy.permissions).toEqual({ contents: 'read', packages: 'read' })
  })

  test('uses nothing but commits, with the version beside them', () => {
    const used = text.split('\n').filter((line) => /\buses:/.test(line))
    expect(used.length).toBeGreaterThanOrEqual(5)
    for (const line of used) expect(line).toMatch(/uses: [\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/)
  })

  test('puts no expression into a line for the shell', () => {
    const lines = [...build.steps, ...deploy.steps].flatMap(({ run }) => run ?? [])
    expect(lines.filter((run) => run.includes('${{'))).toEqual([])
  })

  test('leaves no token in the clone', () => {
    for (const job of [build, deploy]) expect(job.steps[0]?.with).toEqual({ 'persist-credentials': false })
  })

  test('never cancels a deploy', () => {
    expect(workflow.concurrency).toMatchObject({
      group: `deploy-${environment.name}`,
      'cancel-in-progress': false,
    })
    expect(deploy.environment?.name).toBe(environment.name)
  })

  test('builds every image of the compose file, under latest and the tag that is deployed', () => {
    const tag = environment.name === 'test' ? '${{ github.sha }}' : '${{ github.ref_name }}'
    expect(builds.map((step) => step.with?.['tags'])).toEqual(
      environment.images.map(({ repository }) => `${repository}:latest\n${repository}:${tag}\n`),
    )
    const deployStep = deploy.steps.at(-1)
    expect(deployStep?.env?.['IMAGE_TAG'] ?? deployStep?.with?.['tag']).toBe(tag)
  })

  test('keeps a cache for each image, whose failing export fails nothing', () => {
    const exports = builds.flatMap((step) => (step.with?.['cache-to'] ?? '').trim().split('\n'))
    for (const line of exports) expect(line).toMatch(/\bmode=max\b.*,ignore-error=true$/)
    expect(new Set(exports).size).toBe(environment.images.length)
    const scopes = builds.map(
      (step) => /type=gha(?:,scope=([\w-]+))?/.exec(step.with?.['cache-from'] ?? '')?.[1],
    )
    expect(scopes).toEqual(
      environment.images.map((image, _, all) => (all.length > 1 ? image.service : undefined)),
    )
  })

  test('passes the digests of the built images to the deploy', async () => {
    for (const { service, repository } of environment.images)
      expect(text).toContain(`${repository}@\${{ steps.${service}.outputs.digest }}`)
    expect(builds.map(({ id }) => id)).toEqual(environment.images.map(({ service }) => service))
    expect(text).toContain('${{ needs.build.outputs.images }}')
  })
})

test('the names on GHCR are in lower case, whatever the owner is called', () => {
  const repository = { ...shapes['single']!, owner: 'BIG-Org' }
  const shape = makeShape(repository, suggestAnswers(repository).answers, tools[0]!)
  expect(shape.environments[0]?.images[0]?.repository).toBe('ghcr.io/big-org/my-site')
})
