import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { applyEdits } from '../../src/check/apply-edits.ts'
import { check } from '../support/run-check.ts'
import { composeModel } from '../support/compose-config.ts'
import { randomCases } from '../support/random-cases.ts'

type Service = { image: string; restart?: string }

/** Lines of a service, without their indentation; one of them says its image. */
const service = fc
  .record({
    before: fc.subarray(['# about it', 'user: "1000"', '', '<<: *base']),
    image: fc.constantFrom(
      'image: ghcr.io/acme/shop:v1',
      'image: ghcr.io/Acme/Shop:v1 # why',
      'image: "ghcr.io/Acme/Shop"',
      "'image': 'ghcr.io/Acme/Shop:V1'",
      'image:   ghcr.io/acme/shop:${TAG:-v1}   ',
      'image: ${REGISTRY:-ghcr.io/Acme}/shop:v1',
      'image: !!str ghcr.io/acme/shop',
      'image: &name ghcr.io/acme/shop',
      'image: >-\n  ghcr.io/acme/shop:v1',
      'image:\n  ghcr.io/Acme/Shop:v1',
      'image: "ghcr.io/acme/\\\n  shop:v1"',
      '? image\n: ghcr.io/acme/shop:v1',
    ),
    after: fc.subarray([
      'command: [run, "# no comment"]',
      'labels:\n  restart: none',
      '# the end',
      'stop_signal: SIGINT',
      '',
      'working_dir: /app',
    ]),
    restart: fc.constantFrom('', '', '', 'restart: always', 'restart: "no"'),
  })
  .map(({ before, image, after, restart }) => [
    ...before,
    image,
    ...after,
    ...(restart === '' ? [] : [restart]),
  ])

const base = 'x-base: &base\n  tty: true\n'
const flow = 'services: { flow: { image: ghcr.io/Acme/Shop:v1 } }'

function composeText(services: readonly (readonly string[])[], indent: string): string {
  const blocks = services.map((lines, index) => {
    const inside = lines
      .join('\n')
      .split('\n')
      .map((line) => (line === '' ? '' : indent.repeat(2) + line))
    return `${indent}s${index}:\n${inside.join('\n')}\n`
  })
  return `version: "3.8" # old\n${base}services:\n${blocks.join('')}`
}

const servicesOf = async (text: string): Promise<Record<string, Service>> =>
  (JSON.parse(await composeModel({ 'compose.yaml': text })) as { services: Record<string, Service> }).services

test.each([
  ['two spaces', '  ', '\n'],
  ['four spaces', '    ', '\n'],
  ['Windows line ends', '  ', '\r\n'],
])('the fixes in a compose file with %s change nothing else for Compose', async (_, indent, end) => {
  const { cases, label } = randomCases(service, 120)
  const text = composeText(cases, indent).replaceAll('\n', end)
  const findings = check({ 'compose.yaml': text })
  const fixed = applyEdits(findings.flatMap(({ edits }) => edits)).get('compose.yaml') ?? ''
  expect(fixed, label).not.toContain('version:')

  const of = (code: string) => findings.filter((it) => it.code === code && it.edits.length > 0)
  const unstarted = new Set(of('RESTART_MISSING').map(({ message }) => /`(s\d+)`/.exec(message)?.[1]))
  expect(unstarted.size, label).toBeGreaterThan(20)
  expect(of('IMAGE_CAPITALS').length, label).toBeGreaterThan(20)
  const [before, after] = [await servicesOf(text), await servicesOf(fixed)]
  const lines = fixed.split(end)
  for (const [name, was] of Object.entries(before)) {
    const written = lines
      .slice(lines.indexOf(`${indent}${name}:`))
      .slice(0, 12)
      .join('\n')
    const image = was.image.startsWith('ghcr.io/Acme/Shop')
      ? was.image.replace('Acme/Shop', 'acme/shop')
      : was.image
    const restart = unstarted.has(name) ? { restart: 'unless-stopped' } : {}
    expect(after[name], `${label}\n${written}`).toEqual({ ...was, ...restart, image })
  }
})

test('a service written on one line is not fixed', async () => {
  const edits = check({ 'compose.yaml': flow }).flatMap((finding) => finding.edits)
  const fixed = applyEdits(edits).get('compose.yaml') ?? flow
  expect(await servicesOf(fixed)).toEqual({
    flow: { ...(await servicesOf(flow))['flow'], image: 'ghcr.io/acme/shop:v1' },
  })
})

test('an empty restart, which Compose refuses, gets no second one', () => {
  const text = composeText([['image: ghcr.io/acme/shop:v1', 'restart:']], '  ')
  const found = check({ 'compose.yaml': text }).filter(({ code }) => code === 'RESTART_MISSING')
  expect(found.map(({ edits }) => edits)).toEqual([[]])
})
