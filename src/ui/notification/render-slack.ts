import type { ContextBlock, MrkdwnElement, SectionBlock } from '@slack/types'
import { renderDuration } from '../render/text/render-duration.ts'
import { endSentence, probePhrase, renderNotificationText, servingSentence } from './notification-text.ts'
import type { Notification } from './notification.ts'

/**
 * Maximum length of a text. A section is limited to 3,000 characters
 * (https://docs.slack.dev/reference/block-kit/blocks/section-block), and escaping turns one character into up to five.
 */
const LONGEST = 550

/** A message for an incoming webhook of Slack; `text` is shown in a phone's notification. */
export type SlackMessage = { text: string; blocks: readonly (TextSection | TextContext)[] }

type TextSection = SectionBlock & { text: MrkdwnElement }
type TextContext = ContextBlock & { elements: MrkdwnElement[] }

/** Escapes every tag, name and message, so that they cannot create links or mentions. */
export function renderSlack(notification: Notification): SlackMessage {
  const { app, environment, failure, by, durationMs, url, outcome, kind } = notification
  const headline = `${emojiOf(outcome, kind)} *${escape(app)}* on *${escape(environment)}*: ${escape(endSentence(notification))}`
  const failureTexts =
    failure === undefined
      ? []
      : [`${escape(failure.message)}\n\`${failure.code}\``, escape(servingSentence(notification) ?? '')]
  const facts = [
    `by ${escape(by.user)}`,
    renderDuration(durationMs),
    probePhrase(notification) ?? [],
    by.run === undefined ? [] : link(by.run, 'workflow run'),
    url === undefined ? [] : link(url, 'app'),
  ].flat()
  return {
    text: escape(renderNotificationText(notification)),
    blocks: [
      section(headline),
      ...failureTexts.filter((text) => text !== '').map(section),
      { type: 'context', elements: [{ type: 'mrkdwn', text: facts.join('  ·  ') }] },
    ],
  }
}

function emojiOf(outcome: Notification['outcome'], kind: Notification['kind']): string {
  if (outcome === 'failed') return ':x:'
  if (outcome === 'cancelled') return ':no_entry_sign:'
  return kind === 'rollback' ? ':leftwards_arrow_with_hook:' : ':white_check_mark:'
}

function section(text: string): TextSection {
  return { type: 'section', text: { type: 'mrkdwn', text } }
}

/** Escapes the three characters that mark links and mentions: https://docs.slack.dev/messaging/formatting-message-text */
function escape(text: string): string {
  const short = text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text
  return short.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

function link(address: string, words: string): string {
  return `<${escape(address).replaceAll('|', '%7C')}|${words}>`
}
