import type { DeployEvent } from '../deploy/events.ts'
import type { Look } from './look.ts'
import { renderDuration } from './render-duration.ts'
import { renderTable } from './render-table.ts'

export type DeployFinished = Extract<DeployEvent, { type: 'deploy.finished' }>

/** The result of a deploy: one sentence, and which image each service has. */
export function renderSummary(finished: DeployFinished, look: Look): string {
  const { colors, columns } = look
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
  return `${[summarySentence(finished, look), ...table].join('\n')}\n`
}

const isInPlace = ({ outcome }: DeployFinished): boolean => outcome === 'deployed' || outcome === 'unchanged'

/** How a deploy ended, in one line, with its mark. */
export function summarySentence(finished: DeployFinished, { colors, glyphs }: Look): string {
  const { app, environment, release, serving } = finished
  const took = renderDuration(finished.durationMs)
  const now = serving === undefined ? 'Nothing serves.' : `Release ${serving} serves.`
  switch (finished.outcome) {
    case 'deployed':
      return `${colors.green(glyphs.done)} ${app} is deployed to ${environment} in ${took}: release ${release}.`
    case 'unchanged':
      return `${colors.green(glyphs.done)} Nothing to do: release ${release} of ${app} is what runs on ${environment} (${took}).`
    case 'failed':
      return `${colors.red(glyphs.failed)} ${app} was not deployed to ${environment} (${took}). ${now}`
    case 'cancelled':
      return `${colors.yellow(glyphs.cancelled)} Cancelled after ${took}: ${app} on ${environment}. ${now}`
  }
}

/** `sha256:` and the first twelve digits: enough to recognise, short enough to read. */
export function shortDigest(digest: string): string {
  return digest.replace(/^(sha256:[0-9a-f]{12})[0-9a-f]+$/, '$1')
}
