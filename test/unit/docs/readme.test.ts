import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { root } from '../../../scripts/site/pages.ts'

const read = (file: string): string => readFileSync(join(root, file), 'utf8')

/** Rows of the tables in a Markdown text: the cells of each, without marks. */
function rowsOf(text: string): string[][] {
  return text
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.replaceAll('`', '').trim()),
    )
}

/** Cells by column of the first table of a part of bench/README.md, for a way to deploy. */
function measured(part: string, way: string): Record<string, string> {
  const bench = read('bench/README.md')
  const start = bench.indexOf(`<!-- bench ${part} -->`)
  const [names = [], , ...rows] = rowsOf(bench.slice(start, bench.indexOf('<!-- end -->', start)))
  const row = rows.find(([name]) => name === way)
  if (row === undefined) throw new Error(`bench/README.md has no figures of ${way} in ${part}.`)
  return Object.fromEntries(names.map((name, index) => [name, row[index] ?? '']))
}

/** `11.92 s (11.78–12.07)` -> `11.9 s`; `435 (422–459)` -> `435`. */
function median(cell = ''): string {
  const [, number = '', unit = ''] = /^([\d.]+)( s)?/.exec(cell) ?? []
  return unit === '' ? number : `${(Math.round(Number(number) * 10) / 10).toFixed(1)}${unit}`
}

describe('README.md', () => {
  test.each([
    ['a plain deploy script', "the specification's script"],
    ['docker compose up -d --wait', 'docker compose up -d --wait'],
    ['docker rollout', 'docker rollout'],
    ['dray', 'dray'],
  ])('compares %s by the figures of bench/README.md', (name, way) => {
    const normal = measured('ssh-10s', way)
    const broken = measured('exits-at-once', way)
    expect(rowsOf(read('README.md')).find(([first]) => first === name)).toEqual([
      name,
      median(normal['returns after']),
      median(normal['requests failed']),
      median(broken['gives up after']),
      median(broken['requests failed']),
      broken['serves afterwards'],
    ])
  })

  test('says how many requests `up --wait` loses with a health check every second', () => {
    const { 'requests failed': failed, 'returns after': returns } = measured(
      'ssh-1s',
      'docker compose up -d --wait',
    )
    expect(read('README.md')).toContain(`loses ${median(failed)} requests`)
    expect(parseFloat(returns ?? '')).toBeLessThan(
      parseFloat(measured('ssh-1s', 'dray')['returns after'] ?? ''),
    )
  })

  test('has the commands of a clone, and is short', () => {
    const text = read('README.md')
    for (const command of ['npx dray init', 'npm run demo', 'npm test'])
      expect(text).toContain(`\n${command} `)
    expect(text.split('\n').length).toBeLessThan(130)
  })
})
