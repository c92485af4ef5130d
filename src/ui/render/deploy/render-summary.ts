import type { DeployEvent } from '../../../deploy/model/events.ts'
import type { TerminalStyle } from '../../terminal/terminal-style.ts'
import { releaseLabel } from '../../../deploy/model/release.ts'
import { renderDuration } from '../text/render-duration.ts'
import { notUndoneLines } from './render-plan.ts'
import { renderTable } from '../text/render-table.ts'

export type DeployFinished = Extract<DeployEvent, { type: 'deploy.finished' }>

/** The result of a deploy: one sentence, and the image of each service. */
export function renderSummary(finished: DeployFinished, style: TerminalStyle): string {
  const { colors, columns } = style
  const table = renderTable({
    rows: (isInPlace(finished) ? finished.images : []).map(({ service, name, tag, digest }) => [
      service,
      tag ?? '',
      shortDigest(digest),
      name,
    ]),
    columns: [{ paint: colors.bold }, {}, { paint: colors.dim }, { paint: colors.dim }],
    indent: '  ',
    maxWidth: columns,
  })
  const notUndone = finished.outcome === 'deployed' ? notUndoneLines(finished.notUndone ?? [], style) : []
  return `${[summarySentence(finished, style), ...table, ...notUndone].join('\n')}\n`
}

const isInPlace = ({ outcome }: DeployFinished): boolean => outcome === 'deployed' || outcome === 'unchanged'

/** The outcome of a deploy in one line, with its mark. */
export function summarySentence(finished: DeployFinished, { colors, glyphs }: TerminalStyle): string {
  const { app, environment, release, serving } = finished
  const took = renderDuration(finished.durationMs)
  // Without a release, none may be serving, or it could not be checked: the failure says which.
  const now = serving === undefined ? '' : ` Release ${serving} is serving.`
  const isRollback = finished.kind === 'rollback'
  switch (finished.outcome) {
    case 'deployed':
      if (isRollback)
        return `${colors.green(glyphs.done)} Rolled back ${app} on ${environment}${targetOf(finished)} in ${took}: release ${release}.`
      return `${colors.green(glyphs.done)} Deployed ${app} to ${environment} in ${took}: release ${release}.`
    case 'unchanged':
      return `${colors.green(glyphs.done)} Nothing to do: release ${release} of ${app} is already running on ${environment} (${took}).`
    case 'failed':
      if (isRollback)
        return `${colors.red(glyphs.failed)} ${app} on ${environment} was not rolled back${targetOf(finished)} (${took}).${now}`
      return `${colors.red(glyphs.failed)} ${app} was not deployed to ${environment} (${took}).${now}`
    case 'cancelled':
      return `${colors.yellow(glyphs.cancelled)} Cancelled after ${took}: ${app} on ${environment}.${now}`
  }
}

function targetOf({ restores }: DeployFinished): string {
  return restores === undefined ? '' : ` to ${releaseLabel(restores.release, restores.tag)}`
}

/** `sha256:` and the first twelve digits, as Docker shortens it. */
export function shortDigest(digest: string): string {
  return digest.replace(/^(sha256:[0-9a-f]{12})[0-9a-f]+$/, '$1')
}
