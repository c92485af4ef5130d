import { releaseLabel } from '../../../deploy/model/release.ts'
import type { ReleaseContents } from '../../../deploy/releases/release-contents.ts'
import type { TerminalStyle } from '../../terminal/terminal-style.ts'
import { wrapToWidth } from '../../terminal/text-width.ts'
import { shortDigest } from '../deploy/render-summary.ts'
import { renderCommit } from '../text/render-commit.ts'
import { renderDeployer } from '../text/render-deployer.ts'
import { renderTable } from '../text/render-table.ts'

/** A release: who deployed it when, its images by digest, its files, and the names of its variables. */
export function renderRelease(contents: ReleaseContents, { colors, columns }: TerminalStyle): string {
  const { release, tag, commit, restores, createdAtMs, by, images, files, variables } = contents
  const at = new Date(createdAtMs).toISOString().replace(/T(\d+:\d+).*$/, ' $1 UTC')
  const facts = [
    `deployed on ${at} by ${renderDeployer(by)}`,
    ...(commit === undefined ? [] : [`commit ${renderCommit(commit)}`]),
    ...(restores === undefined ? [] : [`restores ${restores}`]),
  ]
  const indent = '  '
  const [width, none] = [(columns ?? Infinity) - indent.length, `${indent}none`]
  const list = (lines: readonly string[]): string[] => (lines.length === 0 ? [none] : [...lines])
  const blocks = [
    [
      colors.bold(releaseLabel(release, tag)),
      ...wrapToWidth(facts.join(', '), width).map((line) => indent + line),
    ],
    ['Images', ...list(imageLines(images, { indent, columns }))],
    [`Files (${files.length})`, ...list(files.map(({ path }) => indent + path))],
    [
      `Variables (${variables.length})`,
      ...list(
        variables.length === 0 ? [] : wrapToWidth(variables.join(', '), width).map((line) => indent + line),
      ),
    ],
  ]
  return `${blocks.map((lines) => lines.join('\n')).join('\n\n')}\n`
}

function imageLines(
  images: ReleaseContents['images'],
  { indent, columns }: { indent: string; columns: number | undefined },
): string[] {
  return renderTable({
    rows: images.map(({ service, name, tag, digest, replicas }) => [
      ...[service, tag ?? '', shortDigest(digest), replicas === 1 ? '' : `${replicas} containers`, name],
    ]),
    columns: [{}, {}, {}, {}, {}],
    indent,
    ...(columns !== undefined && { maxWidth: columns }),
  })
}
