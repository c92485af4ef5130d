import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { captureProgram } from '../../../scripts/record/capture.ts'
import { describeRun } from '../../../scripts/record/describe-run.ts'
import { findSpans } from '../../../scripts/record/find-spans.ts'
import { renderStill, renderSvg } from '../../../scripts/record/render-svg.ts'
import { replay } from '../../../scripts/record/replay.ts'
import { root } from '../../../scripts/site/pages.ts'

const size = { columns: 20, rows: 3 }
/** Three lines, of which the second is repainted once, then two more, by which the screen scrolls. */
const recording = {
  ...size,
  writes: [
    { atMs: 50, text: 'before\r\n\u001b[1;36mstart\u001b[0m here\r\n' },
    { atMs: 150, text: 'one' },
    { atMs: 250, text: '\r\u001b[2Ktwo  <&>' },
    { atMs: 350, text: '\r\nthree\r\nfour' },
  ],
}

describe('a recorded terminal', () => {
  test('becomes lines, each with the time that it was shown', async () => {
    const film = findSpans(await replay(recording, 100), 'start here', 600)
    const shown = film.spans.map(({ line, runs, fromMs, toMs }) => ({
      line,
      text: runs.map((run) => run.text),
      fromMs,
      toMs,
    }))
    expect(shown).toEqual([
      { line: 0, text: ['start', 'here'], fromMs: 0, toMs: 850 },
      { line: 1, text: ['one'], fromMs: 100, toMs: 200 },
      { line: 1, text: ['two', '<&>'], fromMs: 200, toMs: 850 },
      { line: 2, text: ['three'], fromMs: 250, toMs: 850 },
      { line: 3, text: ['four'], fromMs: 250, toMs: 850 },
    ])
    expect(film.scrolls).toEqual([
      { atMs: 0, firstLine: 0 },
      { atMs: 250, firstLine: 1 },
    ])
    expect(film.durationMs).toBe(850)
  })

  test('is an SVG that moves, or stands still where that is wanted', async () => {
    const film = findSpans(await replay(recording, 100), 'start', 600)
    const svg = renderSvg(film, { ...size, title: 'A & B' })
    expect(svg).toContain('<title id="t">A &amp; B</title>')
    expect(svg).toContain('class="c6 b">start</text>')
    expect(svg).toContain('>&lt;&amp;&gt;</text>')
    expect(svg).toContain('@media(prefers-reduced-motion:reduce){.l,.s{animation:none}}')
    expect(svg).toContain('@media(prefers-color-scheme:dark)')
    const still = renderStill(film, { ...size, title: 'A' })
    expect(still).not.toContain('>one<')
    expect(still).toContain('>three<')
  })

  test('must have the line that the picture begins with', async () => {
    await expect(replay(recording, 100).then((frames) => findSpans(frames, 'never', 0))).rejects.toThrow(
      'No line of the recording begins with "never".',
    )
  })

  test('is that of a program on a terminal, which must succeed', async () => {
    const script = 'process.stdout.write(`${process.stdout.columns} ${process.env.NO_COLOR}`)'
    const captured = await captureProgram({ argv: [process.execPath, '-e', script], ...size, cwd: root })
    expect(captured.writes.map(({ text }) => text).join('')).toBe('20 undefined')
    const failing = captureProgram({ argv: ['sh', '-c', 'echo gone; exit 3'], ...size, cwd: root })
    await expect(failing).rejects.toThrow(/exited with code 3:\s+gone/)
  })
})

describe('the picture of the demo', () => {
  const read = (file: string): string => readFileSync(join(root, file), 'utf8')
  const svg = read('docs/images/demo.svg')

  test('is small, and says the same numbers as the sentence below it', () => {
    expect(svg.length).toBeLessThan(300_000)
    const [, title = ''] = /<title id="t">(.*)<\/title>/.exec(svg) ?? []
    expect(title).toMatch(/\. 0 of [\d,]+ requests failed\.$/)
    for (const file of ['README.md', 'site/index.md']) expect(read(file)).toContain(`\n${title}\n`)
    const [numbers = ''] = /0 of [\d,]+ requests failed\./.exec(title) ?? []
    for (const picture of [svg, read('docs/images/demo-still.svg')])
      expect(picture).toContain(`>${numbers}</text>`)
  })

  test('has no numbers without results, or with a failed request', async () => {
    const film = (text: string) =>
      replay({ columns: 60, rows: 3, writes: [{ atMs: 1, text }] }, 10).then((frames) =>
        findSpans(frames, '✓', 100),
      )
    expect(describeRun(await film('✓ 0 of 3,300 requests failed.'))).toContain('0 of 3,300 requests failed.')
    const bad = await film('✓ 2 of 3,300 requests failed.')
    expect(() => describeRun(bad)).toThrow('2 of 3,300 requests failed: record')
    const none = await film('✓ done')
    expect(() => describeRun(none)).toThrow('no results')
  })
})
