import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { parts } from '../../../scripts/test/parts.mjs'
import { renderResults } from '../../../scripts/test/render-results.mjs'
import { runParts } from '../../../scripts/test/run-parts.mjs'

type Part = Parameters<typeof runParts>[0][number]

const never = new AbortController().signal

async function run(parts: readonly Part[], signal = never) {
  const lines: string[] = []
  const results = await runParts(parts, { print: (line: string) => lines.push(line), signal })
  return { lines, results, outcomes: results.map(({ name, outcome }) => `${name} ${outcome}`) }
}

const node = (script: string): string[] => [process.execPath, '-e', script, '--']
const passes = (name: string, more: Partial<Part> = {}): Part => ({ name, command: node('0'), ...more })
const fails = (name: string): Part => ({ name, command: node('process.exit(3)') })

/** A suite whose report says so of its files, as vitest writes it; a test is `passed`, `failed` or `skipped`. */
function suite(name: string, files: Readonly<Record<string, readonly string[]>>, exitCode = 0): Part {
  const testResults = Object.entries(files).map(([file, statuses]) => ({
    name: `${process.cwd()}/${file}`,
    status: statuses.includes('failed') || statuses.length === 0 ? 'failed' : 'passed',
    message: statuses.length === 0 ? 'Cannot find module\nat x' : '',
    assertionResults: statuses.map((status, index) => ({ status, fullName: `test ${index + 1}` })),
  }))
  const script = `
    const file = process.argv.find((arg) => arg.startsWith('--outputFile.json=')).split('=')[1]
    require('fs').writeFileSync(file, ${JSON.stringify(JSON.stringify({ testResults }))})
    process.exit(${exitCode})`
  return { name, command: node(script), isSuite: true }
}

test('npm test runs every check and every suite of package.json', () => {
  const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> }
  const wanted = Object.keys(scripts).filter((name) => /^(check|test):/.test(name))
  const given = parts.flatMap(({ command }) => command.filter((word) => /^(check|test):/.test(word)))
  expect(given.toSorted()).toEqual(wanted.toSorted())
})

describe('the parts of a run', () => {
  test('all run when one of them fails', async () => {
    const { outcomes, results } = await run([fails('lint'), passes('types', { after: ['lint'] })])
    expect(outcomes).toEqual(['lint failed', 'types passed'])
    expect(results[0]).toMatchObject({ failed: 1, failures: ['exit code 3'] })
  })

  test('are not run, and have failed, when a part that they need has failed or was not run', async () => {
    const { outcomes, results } = await run([
      fails('setup'),
      passes('engine', { needs: ['setup'] }),
      passes('e2e', { needs: ['engine'] }),
      passes('unit'),
    ])
    expect(outcomes).toEqual(['setup failed', 'engine not run', 'e2e not run', 'unit passed'])
    expect(results[1]).toMatchObject({ failed: 1, failures: ['not run, because setup did not pass'] })
  })

  test('start after the parts that they name, side by side otherwise', async () => {
    const meeting = `
      require('fs').writeFileSync(process.argv[1], '')
      const wait = () => require('fs').existsSync(process.argv[2]) ? 0 : setTimeout(wait, 10)
      wait()`
    const [one, other] = ['one', 'other'].map((name) => `/tmp/dray-meeting-${process.pid}-${name}`)
    const { outcomes, lines } = await run([
      { name: 'one', command: [...node(meeting), one!, other!] },
      { name: 'other', command: [...node(meeting), other!, one!] },
      { name: 'tidy', command: ['rm', one!, other!], after: ['one', 'other'] },
    ])
    expect(lines).toEqual([])
    expect(outcomes).toEqual(['one passed', 'other passed', 'tidy passed'])
  })

  test('print whole lines with their label, from both streams', async () => {
    const script = `process.stdout.write('a'); setTimeout(() => process.stdout.write('b\\nlast'), 50); console.error('é')`
    const { lines } = await run([{ name: 'lint', command: node(script) }, passes('unused')])
    expect(lines.toSorted()).toEqual(['lint   │ ab', 'lint   │ last', 'lint   │ é'])
  })

  test('fail when their program is missing', async () => {
    const { results } = await run([{ name: 'lint', command: ['no-such-program'] }])
    expect(results[0]).toMatchObject({ outcome: 'failed', failures: ['spawn no-such-program ENOENT'] })
  })

  test('end when they leave a process behind that holds their output', async () => {
    const { outcomes, lines } = await run([{ name: 'setup', command: ['sh', '-c', 'sleep 600 & echo $!'] }])
    expect(outcomes).toEqual(['setup passed'])
    expect(process.kill(Number(lines[0]?.split('│ ')[1]), 'SIGTERM')).toBe(true)
  })
})

describe('a suite', () => {
  test('counts its tests from the report', async () => {
    const { results } = await run([
      suite('unit', { 'test/a.test.ts': ['passed', 'passed', 'skipped'], 'test/b.test.ts': ['passed'] }),
    ])
    expect(results[0]).toMatchObject({ outcome: 'passed', passed: 3, failed: 0, skipped: 1, failures: [] })
  })

  test('names each test that failed', async () => {
    const { results } = await run([suite('unit', { 'test/a.test.ts': ['passed', 'failed', 'failed'] }, 1)])
    expect(results[0]).toMatchObject({
      ...{ outcome: 'failed', passed: 1, failed: 2 },
      failures: ['test/a.test.ts > test 2', 'test/a.test.ts > test 3'],
    })
  })

  test.each([
    ['has failed when it wrote no report', { ...fails('unit'), isSuite: true }, 'it ended without a report'],
    [
      'has failed when it passed without a report',
      passes('unit', { isSuite: true }),
      'it ended without a report',
    ],
    ['has failed when it ran no test', suite('unit', {}, 1), 'no test was run'],
    [
      'has failed when all tests of a file were skipped',
      suite('unit', { 'a.test.ts': ['skipped', 'todo'], 'b.test.ts': ['passed'] }),
      'a.test.ts: all of its tests were skipped',
    ],
    [
      'has failed when a file could not be loaded',
      suite('unit', { 'a.test.ts': [] }, 1),
      'a.test.ts: Cannot find module',
    ],
    [
      'has failed when vitest did, though every test passed',
      suite('unit', { 'a.test.ts': ['passed'] }, 1),
      'exit code 1',
    ],
  ] as const)('%s', async (_, part, failure) => {
    const { results } = await run([part])
    expect(results[0]).toMatchObject({ outcome: 'failed', failed: 1, failures: [failure] })
  })
})

describe('an interrupt', () => {
  /** Starts a child that ignores SIGTERM and prints its process id, and waits for it. */
  const stubborn = `
    const child = require('child_process').spawn('sh', ['-c', 'trap "" TERM; echo $$; while :; do sleep 1; done'], { stdio: 'inherit' })
    child.on('exit', () => process.exit(0))`

  test('ends a running part with all that it started, and runs no other', async () => {
    const interrupted = new AbortController()
    let pid = 0
    const results = await runParts(
      [{ name: 'engine', command: node(stubborn) }, passes('e2e', { after: ['engine'] })],
      {
        print: (line: string) => {
          pid = Number(line.split('│ ')[1])
          interrupted.abort()
        },
        signal: interrupted.signal,
      },
    )
    expect(results).toMatchObject([
      { name: 'engine', outcome: 'failed', failures: ['signal SIGTERM'] },
      { name: 'e2e', outcome: 'not run', failures: ['not run, because the tests were interrupted'] },
    ])
    await expect.poll(() => isRunning(pid)).toBe(false)
  })
})

describe('the results', () => {
  test('are a table, the failures above it, and a last line that a machine can read', async () => {
    const result = { isSuite: false, passed: 0, failed: 0, skipped: 0, seconds: 1.24, failures: [] }
    const text = renderResults(
      [
        { ...result, name: 'setup', outcome: 'passed' },
        { ...result, name: 'lint', outcome: 'failed', failed: 1, failures: ['exit code 1'] },
        { ...result, name: 'unit', isSuite: true, outcome: 'passed', passed: 2617, seconds: 140 },
        {
          ...result,
          ...{ name: 'engine', isSuite: true, outcome: 'failed', passed: 310, failed: 1, skipped: 2 },
          failures: ['a.itg.test.ts > is there'],
        },
        {
          ...result,
          name: 'e2e',
          isSuite: true,
          outcome: 'not run',
          failed: 1,
          seconds: 0,
          failures: ['not run'],
        },
      ],
      875.04,
    )
    expect(text).toBe(`\
lint: exit code 1
engine: a.itg.test.ts > is there
e2e: not run

part    result   passed  failed  skipped  seconds
setup   passed        -       -        -      1.2
lint    failed        -       -        -      1.2
unit    passed     2617       0        0    140.0
engine  failed      310       1        2      1.2
e2e     not run       -       -        -      0.0
total   failed     2927       3        2    875.0

2927 passed, 3 failed, 2 skipped
`)
  })

  test('leave out the skipped tests if no test was skipped', async () => {
    const { results } = await run([suite('unit', { 'test/a.test.ts': ['passed'] })])
    expect(renderResults(results, 1).endsWith('\n\n1 passed, 0 failed\n')).toBe(true)
  })
})

/** Whether a process is there and is no zombie. */
function isRunning(pid: number): boolean {
  try {
    return !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ')
  } catch {
    return false
  }
}
