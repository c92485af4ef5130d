import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseDotenv } from '../../src/operations/env/parse-dotenv.ts'
import { findVariables, interpolate, parseTemplate } from '../../src/shared/compose-template.ts'
import type { TemplatePart } from '../../src/shared/compose-template.ts'
import { parseDuration } from '../../src/shared/duration.ts'
import { composeConfig, composeModel } from '../support/compose-config.ts'
import { dotenvText } from '../support/dotenv-text.ts'
import { randomCases } from '../support/random-cases.ts'

type Services = Record<
  string,
  { environment?: Record<string, string | null>; healthcheck: { interval: string } }
>

/** A compose file of services `s0`, `s1`, …, each with one thing of its own. */
function composeFile(services: readonly object[]): Record<string, string> {
  const entries = services.map((service, index) => [`s${index}`, { image: 'any', ...service }])
  return { 'compose.yaml': JSON.stringify({ services: Object.fromEntries(entries) }) }
}

const servicesOf = (model: string): Services => (JSON.parse(model) as { services: Services }).services

const withInterval = (interval: string): object => ({ healthcheck: { test: ['CMD', 'true'], interval } })

/** How Compose writes each of the durations; it refuses them all where it refuses one. */
async function intervalsByCompose(durations: readonly string[]): Promise<(string | undefined)[]> {
  const services = servicesOf(await composeModel(composeFile(durations.map(withInterval))))
  return durations.map((_, index) => services[`s${index}`]?.healthcheck.interval)
}

test('a duration is as long as Compose says', async () => {
  const part = fc
    .record({
      whole: fc.oneof(fc.nat(3000), fc.constantFrom('00', '007', '2562047')),
      // Not finer than a millisecond.
      fraction: fc.constantFrom('', '', '.0', '.5', '.25', '.001'),
      unit: fc.constantFrom('ms', 's', 'm', 'h'),
    })
    .map(({ whole, fraction, unit }) => `${whole}${unit === 'ms' ? '' : fraction}${unit}`)
  const { cases, label } = randomCases(
    fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('')),
    600,
  )
  const durations = cases.filter((text) => parseDuration(text) !== undefined)
  expect(durations.length, label).toBeGreaterThan(400)
  const inMs = durations.map((text) => `${parseDuration(text) ?? ''}ms`)
  expect(await intervalsByCompose(durations), label).toEqual(await intervalsByCompose(inMs))
})

test('Compose refuses invalid durations, except for undocumented forms', async () => {
  const refused = ['', '30', 's', '1 m', '1m30', '1s ', '2562048h', '1e3s', '1M']
  const more = ['1d', '1w', '.5s', '1.s', '+5s', '-1s', '5us', '1ns', '0']
  expect([...refused, ...more].filter((text) => parseDuration(text) !== undefined)).toEqual([])
  await intervalsByCompose(more)
  for (const text of refused)
    expect((await composeConfig(composeFile([withInterval(text)]))).stderr, text).toContain('duration')
})

test('names and empty values of a dotenv file are those that Compose finds', async () => {
  const { cases, label } = randomCases(dotenvText, 1500)
  const good = cases
    .map((text) => ({ text, ...parseDotenv(text) }))
    .filter(({ variables, badLines }) => badLines.length === 0 && variables.length > 0)
  expect(good.length, label).toBeGreaterThan(400)
  const files = Object.fromEntries(good.map(({ text }, index) => [`env/${index}`, text]))
  const compose = composeFile(good.map((_, index) => ({ env_file: `env/${index}` })))
  const services = servicesOf(await composeModel({ ...compose, ...files }))
  const differing = good.flatMap(({ text, variables }, index) => {
    const byCompose = Object.entries(services[`s${index}`]?.environment ?? {})
      .map(([name, value]) => `${name} ${value === '' ? 'empty' : 'set'}`)
      .sort()
    const byDray = variables.map(({ name, isEmpty }) => `${name} ${isEmpty ? 'empty' : 'set'}`).sort()
    return JSON.stringify(byCompose) === JSON.stringify(byDray) ? [] : [{ text, byCompose, byDray }]
  })
  expect(differing, label).toEqual([])
})

describe('variables', () => {
  const values = { SET: 'value', EMPTY: '', lower_1: 'low' }
  const piece = fc.constantFrom('$', '$$', '{', '}', '"', ' ', '-', ':?', 'a', '1', '$1', '$SET', '$UNSET')
  const name = fc.constantFrom('SET', 'EMPTY', 'lower_1', 'UNSET', '_')
  const operator = fc.constantFrom('', ':-', '-', ':?', '?', ':+', '+')
  const { template } = fc.letrec<{ template: string; braced: string }>((tie) => ({
    template: fc
      .array(fc.oneof({ maxDepth: 4 }, piece, tie('braced')), { maxLength: 5 })
      .map((parts) => parts.join('')),
    braced: fc
      .tuple(name, operator, tie('template'))
      .map(([it, sign, operand]) => `\${${it}${sign}${sign === '' ? '' : operand}}`),
  }))
  const withLabel = (text: string): object => ({ labels: { text } })

  /** Whether Compose takes the text, as dray reads it. */
  function isTaken(text: string): boolean {
    const isWhole = (part: TemplatePart): boolean => {
      if (part.kind === 'variable') return part.operand.every(isWhole)
      return part.kind === 'text'
        ? part.source === '$$' || !part.text.includes('${')
        : !part.source.startsWith('${')
    }
    const given = Object.entries(values).flatMap(([it, value]) => (value === '' ? [] : [it]))
    const isRefused = findVariables(text).some((it) => it.operator.endsWith('?') && !given.includes(it.name))
    return parseTemplate(text).every(isWhole) && !isRefused
  }

  test('are filled in as Compose does', async () => {
    const { cases, label } = randomCases(template, 3000)
    // Compose overlooks a brace that follows `{` when it looks for the end.
    const texts = [...new Set(cases)].filter(
      (text) => text.includes('$') && !/[{][{}]/.test(text) && isTaken(text),
    )
    expect(texts.length, label).toBeGreaterThan(400)
    const model = JSON.parse(await composeModel(composeFile(texts.map(withLabel)), values)) as {
      services: Record<string, { labels: { text: string } }>
    }
    const differing = texts.flatMap((text, index) => {
      // Compose prints a dollar sign twice.
      const byCompose = model.services[`s${index}`]?.labels.text.replaceAll('$$', '$')
      const byDray = interpolate(text, values)
      return byCompose === byDray ? [] : [{ text, byCompose, byDray }]
    })
    expect(differing, label).toEqual([])
  })

  test.each([
    '${',
    '${SET',
    '${1}',
    '${SET }',
    '${SET:=x}',
    '${SET%%x}',
    '${SET:-a\nb}',
    '${{ x }}',
    '${UNSET:?m}',
  ])('are refused by Compose in %j', async (text) => {
    expect(isTaken(text)).toBe(false)
    expect((await composeConfig(composeFile([withLabel(text)]), values)).exitCode).not.toBe(0)
  })
})
