import type { Failure } from '../../../deploy/model/events.ts'
import { furtherLines } from '../text/further-lines.ts'
import { codeBlock, codeSpan, escapeMarkdown, markdownTable } from '../text/markdown.ts'
import { createTerminalStyle } from '../../terminal/terminal-style.ts'
import { renderDuration } from '../text/render-duration.ts'
import { renderProbeReport } from './render-probe-report.ts'
import { summarySentence } from './render-summary.ts'
import { renderTimeline } from './render-timeline.ts'
import type { DeployState } from './deploy-state.ts'

/** Style of text blocks on a web page: Unicode, no colour. */
const STYLE = createTerminalStyle({ env: { LANG: 'C.UTF-8' }, isTTY: false })

/**
 * The summary of a deploy as Markdown for a job's page. The state can come from a running deploy or from recorded events
 * (`deployStateOf`). Its texts are escaped, so they cannot change the rest of the page.
 */
export function renderJobSummary(deployState: DeployState): string {
  const blocks = [
    headline(deployState),
    deployState.failure ? failureBlock(deployState.failure) : '',
    imagesBlock(deployState),
    notUndoneBlock(deployState),
    deployState.warnings.map(({ text }) => `> **Warning:** ${escapeMarkdown(text)}`).join('\n>\n'),
    timelineBlock(deployState),
    deployState.probe ? codeBlock(renderProbeReport(deployState.probe, STYLE).trimEnd()) : '',
  ]
  return `${blocks.filter((block) => block !== '').join('\n\n')}\n\n`
}

function headline({ kind, app, environment, finished, failure, tag }: DeployState): string {
  const place = app === undefined ? 'dray' : `${app} on ${environment ?? '?'}`
  const title = `## ${escapeMarkdown(place)}`
  if (finished) return `${title}\n\n${escapeMarkdown(summarySentence(finished, STYLE))}`
  const words = `The ${kind} ${failure ? 'failed' : 'did not finish'}.`
  return `${title}\n\n${words}${tag === undefined ? '' : ` Tag: ${codeSpan(tag)}`}`
}

function failureBlock(failure: Failure): string {
  const { code, title, message, hint, details, serving, undone, notUndone } = failure
  const { logOf = 'the log', problems = [] } = details
  const logTail = furtherLines(failure)
  const log = `<details><summary>Last lines of ${escapeMarkdown(logOf)}</summary>\n\n${codeBlock(logTail.join('\n'))}\n\n</details>`
  return [
    `### ${escapeMarkdown(title)} ${codeSpan(code)}`,
    escapeMarkdown(message),
    bullets('Problems:', problems),
    logTail.length === 0 ? '' : log,
    serving ? escapeMarkdown(serving) : '',
    bullets('Undone:', undone),
    bullets('Not undone:', notUndone),
    hint === '' ? '' : `**Next:** ${withCommands(hint)}`,
  ]
    .filter((block) => block !== '')
    .join('\n\n')
}

/** A sentence with commands in backquotes, as Markdown. */
function withCommands(text: string): string {
  const parts = text.split(/`([^`]+)`/)
  return parts.map((part, index) => (index % 2 === 1 ? codeSpan(part) : escapeMarkdown(part))).join('')
}

function imagesBlock({ finished }: DeployState): string {
  if (!finished || finished.images.length === 0) return ''
  return markdownTable(
    ['Service', 'Tag', 'Image'],
    finished.images.map(({ service, tag, name, digest }) => [
      escapeMarkdown(service),
      tag === undefined ? '' : codeSpan(tag),
      codeSpan(name.includes('@') ? name : `${name}@${digest}`),
    ]),
  )
}

/** Changes that a rollback did not undo. */
function notUndoneBlock({ finished, failure }: DeployState): string {
  const lines = failure ? [] : (finished?.notUndone ?? [])
  return lines.length === 0 ? '' : bullets('Not undone:', lines)
}

function bullets(heading: string, lines: readonly string[] = []): string {
  return lines.length === 0
    ? ''
    : `${heading}\n\n${lines.map((line) => `- ${escapeMarkdown(line)}`).join('\n')}`
}

function timelineBlock(deployState: DeployState): string {
  const lines = renderTimeline(deployState, STYLE.glyphs)
  if (lines.length === 0) return ''
  const total = deployState.finished ? `, ${renderDuration(deployState.finished.durationMs)}` : ''
  return `### Timeline${total}\n\n${codeBlock(lines.join('\n'))}`
}
