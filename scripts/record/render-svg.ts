import type { Film, Span } from './find-spans.ts'
import type { Run } from './replay.ts'

export type PictureOptions = { columns: number; rows: number; title: string }

const fontSize = 13
/** Of most monospaced fonts, relative to the size. */
const cellWidth = 0.602 * fontSize
const lineHeight = 18
const padding = 16
const barHeight = 30

/** Colours of the palette that dray uses, by number, for a light and a dark background. */
const palette: Readonly<Record<number, { light: string; dark: string }>> = {
  1: { light: '#c0262d', dark: '#ff7b72' },
  2: { light: '#1a7f37', dark: '#56d364' },
  3: { light: '#8a6100', dark: '#e3b341' },
  4: { light: '#0a5fc4', dark: '#79c0ff' },
  5: { light: '#8250df', dark: '#d2a8ff' },
  6: { light: '#0e7490', dark: '#56d4dd' },
  8: { light: '#656d76', dark: '#8b949e' },
}

/** The last frame of a film, for readers who want no animation. */
export function renderStill(film: Film, options: PictureOptions): string {
  const spans = film.spans.filter(({ toMs }) => toMs === film.durationMs)
  const scrolls = film.scrolls.slice(-1).map((scroll) => ({ ...scroll, atMs: 0 }))
  return renderSvg({ ...film, scrolls, spans: spans.map((span) => ({ ...span, fromMs: 0 })) }, options)
}

/**
 * Renders a film of a terminal as an SVG that plays in a loop, in the reader's light or dark colours. Where animations are
 * not wanted (`prefers-reduced-motion`) or not known, it shows the last frame. Not every browser passes this wish on to an
 * image: a page should choose between this and `renderStill` itself.
 */
export function renderSvg(film: Film, { columns, rows, title }: PictureOptions): string {
  const width = Math.ceil(columns * cellWidth + 2 * padding)
  const screenHeight = rows * lineHeight
  const height = barHeight + screenHeight + padding
  const names = new Map<string, string>()
  const lines = film.spans.map((span) => renderSpan(span, film.durationMs, names))
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="t">
<title id="t">${escape(title)}</title>
<style>${renderStyle(film, names)}</style>
<rect class="w" width="${width}" height="${height}" rx="8"/>
<circle class="o" cx="20" cy="16" r="5"/><circle class="o" cx="38" cy="16" r="5"/><circle class="o" cx="56" cy="16" r="5"/>
<svg x="${padding}" y="${barHeight}" width="${width - 2 * padding}" height="${screenHeight}"><g class="s">
${lines.join('\n')}
</g></svg>
</svg>
`
}

/** Each pair of times is one animation, whose name is kept in `names`. */
function renderSpan(
  { line, runs, fromMs, toMs }: Span,
  durationMs: number,
  names: Map<string, string>,
): string {
  const frames = `${percent(fromMs, durationMs)} ${percent(toMs, durationMs)}`
  if (!names.has(frames)) names.set(frames, `k${names.size.toString(36)}`)
  const y = (line + 1) * lineHeight - 5
  const text = runs.map((run) => renderRun(run, y)).join('')
  return `<g class="l ${names.get(frames)}${toMs === durationMs ? ' e' : ''}">${text}</g>`
}

function renderRun({ column, text, color, isBold, isDim }: Run, y: number): string {
  const classes = [
    ...(color !== undefined && color in palette ? [`c${color}`] : []),
    ...(isBold ? ['b'] : []),
    ...(isDim ? ['d'] : []),
  ].join(' ')
  const x = Math.round(column * cellWidth * 10) / 10
  return `<text x="${x}" y="${y}"${classes === '' ? '' : ` class="${classes}"`}>${escape(text)}</text>`
}

function renderStyle(film: Film, names: ReadonlyMap<string, string>): string {
  const seconds = (film.durationMs / 1000).toFixed(1)
  const colors = (theme: 'light' | 'dark') =>
    Object.entries(palette)
      .map(([number, color]) => `.c${number}{fill:${color[theme]}}`)
      .join('')
  const shift = (firstLine: number) => `transform:translateY(${-firstLine * lineHeight}px)`
  const scrolls = film.scrolls.map(
    ({ atMs, firstLine }) => `${percent(atMs, film.durationMs)}{${shift(firstLine)}}`,
  )
  const end = film.scrolls.at(-1)?.firstLine ?? 0
  return [
    `text{font:${fontSize}px ui-monospace,SFMono-Regular,Menlo,"DejaVu Sans Mono","Liberation Mono",monospace;white-space:pre;fill:#1f2328}`,
    `.w{fill:#f6f8fa;stroke:#d1d9e0}.o{fill:#d1d9e0}.b{font-weight:700}.d{opacity:.65}${colors('light')}`,
    `@media(prefers-color-scheme:dark){text{fill:#e6edf3}.w{fill:#0d1117;stroke:#3d444d}.o{fill:#3d444d}${colors('dark')}}`,
    `.l{visibility:hidden}.e{visibility:visible}.s{${shift(end)}}`,
    `.l,.s{animation:${seconds}s step-end infinite}.s{animation-name:s}`,
    `@keyframes s{${scrolls.join('')}}`,
    ...[...names].map(([frames, name]) => renderKeyframes(frames, name)),
    `@media(prefers-reduced-motion:reduce){.l,.s{animation:none}}`,
  ].join('\n')
}

/** Visible between two moments, hidden before and after. */
function renderKeyframes(frames: string, name: string): string {
  const [from = '', to = ''] = frames.split(' ')
  const before = from === '0%' ? '' : '0%{visibility:hidden}'
  const after = to === '100%' ? '100%{visibility:visible}' : `${to},100%{visibility:hidden}`
  return `.${name}{animation-name:${name}}@keyframes ${name}{${before}${from}{visibility:visible}${after}}`
}

function percent(atMs: number, durationMs: number): string {
  return `${Number(((atMs / durationMs) * 100).toFixed(2))}%`
}

function escape(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}
