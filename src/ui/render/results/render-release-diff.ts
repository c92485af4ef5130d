import type { FileDiff } from '../../../operations/diff/compare-files.ts'
import type { Change } from '../../../operations/diff/compare-names.ts'
import type { ImageDiff, ReleaseDiff, ServiceDiff } from '../../../operations/diff/compare-sides.ts'
import type { SideImage } from '../../../operations/diff/release-side.ts'
import { renderBytes } from '../../../shared/bytes.ts'
import type { TerminalStyle } from '../../terminal/terminal-style.ts'
import { compareTexts, GIVEN_UP, type TextComparison } from '../text/compare-texts.ts'
import { shortDigest } from '../deploy/render-summary.ts'
import { renderTable } from '../text/render-table.ts'
import { renderUnifiedDiff } from '../text/unified-diff.ts'

/** Differences of two releases: images, configuration, names of variables, files. Parts without a difference are left out. */
export function renderReleaseDiff(diff: ReleaseDiff, style: TerminalStyle): string {
  const { colors, glyphs } = style
  const parts = [
    part('Images', imageLines(diff.images, style), style),
    part('Resolved Compose configuration', configurationLines(diff.configuration, style), style),
    part('Variables in .env', variableLines(diff.variables, style), style),
    part(
      'Files',
      diff.files.map((file) => `  ${fileHeading(file, style)}`),
      style,
    ),
    ...diff.files.map((file) => patchLines(file, style)),
  ].filter((lines) => lines.length > 0)
  const title = `${colors.bold(diff.from)} ${glyphs.arrow} ${colors.bold(diff.to)}`
  const body = parts.length === 0 ? [['No differences.']] : parts
  return [[title], ...body].map((lines) => `${lines.join('\n')}\n`).join('\n')
}

/** The patch of a file, as in `--json`; undefined if the content is not shown. */
export function filePatch(file: FileDiff): string | undefined {
  if (file.kind !== 'text') return undefined
  const hunks = renderUnifiedDiff(comparisonOf(file))
  return hunks.length === 0 ? '' : `${[...namesOf(file), ...hunks].join('\n')}\n`
}

type TextDiff = Extract<FileDiff, { kind: 'text' }>

/** It is asked for in the list of files and below it; of large files it takes a second. */
const compared = new WeakMap<TextDiff, TextComparison>()

function comparisonOf(file: TextDiff): TextComparison {
  const comparison = compared.get(file) ?? compareTexts(file.before, file.after)
  compared.set(file, comparison)
  return comparison
}

function part(heading: string, lines: readonly string[], { colors }: TerminalStyle): string[] {
  return lines.length === 0 ? [] : [colors.bold(heading), ...lines]
}

function imageLines(images: readonly ImageDiff[], { colors, glyphs, columns }: TerminalStyle): string[] {
  return renderTable({
    rows: images.map(({ service, from, to }) => [
      signOf(from === undefined ? 'added' : to === undefined ? 'removed' : 'changed'),
      service,
      fromTo([from?.tag, to?.tag], glyphs.arrow),
      fromTo([digestOf(from), digestOf(to)], glyphs.arrow),
      fromTo([from?.name, to?.name], glyphs.arrow),
    ]),
    columns: [
      { paint: (sign) => paint(sign, sign, colors) },
      { paint: colors.bold },
      {},
      {},
      { paint: colors.dim },
    ],
    indent: '  ',
    maxWidth: columns,
  })
}

function fromTo(
  [from = '', to = '']: readonly [string | undefined, string | undefined],
  arrow: string,
): string {
  if (from === to || to === '') return from
  return from === '' ? to : `${from} ${arrow} ${to}`
}

function digestOf(image: SideImage | undefined): string | undefined {
  if (image === undefined) return undefined
  return image.digest === undefined ? 'unknown' : shortDigest(image.digest)
}

function configurationLines(services: readonly ServiceDiff[], { colors, columns }: TerminalStyle): string[] {
  return renderTable({
    rows: services.map(({ service, change, keys }) => [
      signOf(change),
      service,
      keys
        .map((key) => (key.change === 'changed' ? key.name : `${signOf(key.change)}${key.name}`))
        .join(', '),
    ]),
    columns: [{ paint: (sign) => paint(sign, sign, colors) }, { paint: colors.bold }, {}],
    indent: '  ',
    maxWidth: columns,
  })
}

function variableLines(variables: ReleaseDiff['variables'], { colors }: TerminalStyle): string[] {
  return variables.map(
    ({ name, change }) => `  ${paint(signOf(change), `${signOf(change)} ${name}`, colors)}`,
  )
}

function fileHeading(file: FileDiff, { colors }: TerminalStyle): string {
  const sign = signOf(file.change)
  const remark = remarkOf(file)
  return `${paint(sign, sign, colors)} ${file.path}${remark === '' ? '' : `  ${colors.dim(remark)}`}`
}

function remarkOf(file: FileDiff): string {
  switch (file.kind) {
    case 'text': {
      const { hunks, isGivenUp } = comparisonOf(file)
      if (isGivenUp) return GIVEN_UP
      return file.change === 'changed' && hunks.length === 0
        ? 'only line endings or invisible characters'
        : ''
    }
    case 'variables': {
      const { added, changed, removed } = file.variables
      return [...added.map((it) => `+${it}`), ...removed.map((it) => `-${it}`), ...changed].join(', ')
    }
    case 'secret':
      return 'secret, not shown'
    case 'binary':
      return `binary, ${renderBytes(file.bytesBefore)} before, ${renderBytes(file.bytesAfter)} after`
    case 'mode':
      return `mode ${file.modeBefore.toString(8)} before, ${file.modeAfter.toString(8)} after`
  }
}

function patchLines(file: FileDiff, { colors }: TerminalStyle): string[] {
  const patch = filePatch(file) ?? ''
  const lines = patch.split('\n').slice(0, -1)
  return lines.map((line, index) => {
    if (index < 2) return colors.bold(line)
    if (line.startsWith('@@')) return colors.cyan(line)
    return paint(line, line, colors)
  })
}

function namesOf({ path, change }: FileDiff): string[] {
  return [
    `--- ${change === 'added' ? '/dev/null' : path}`,
    `+++ ${change === 'removed' ? '/dev/null' : path}`,
  ]
}

function signOf(change: Change): '+' | '-' | '~' {
  return change === 'added' ? '+' : change === 'removed' ? '-' : '~'
}

/** Green for additions, red for removals. */
function paint(sign: string, text: string, { green, red }: TerminalStyle['colors']): string {
  if (sign.startsWith('+')) return green(text)
  return sign.startsWith('-') ? red(text) : text
}
