import { expect, test } from 'vitest'
import type { Notification } from '../../../../src/ui/notification/notification.ts'
import { renderNotificationText } from '../../../../src/ui/notification/notification-text.ts'
import { renderSlack } from '../../../../src/ui/notification/render-slack.ts'

const deployed: Notification = {
  version: 1,
  event: 'success',
  kind: 'deploy',
  outcome: 'deployed',
  app: 'shop',
  environment: 'production',
  hosts: ['deploy@a.example.com'],
  tag: 'v1.4.0',
  release: 'r12',
  serving: 'r12',
  by: { user: 'mona', machine: 'runner', run: 'https://github.com/acme/shop/actions/runs/7' },
  url: 'https://shop.example.com',
  durationMs: 12_340,
  probe: { requests: 1204, failures: 0 },
}

const failed: Notification = {
  ...deployed,
  event: 'failure',
  outcome: 'failed',
  serving: 'r11',
  probe: { requests: 900, failures: 2 },
  failure: {
    code: 'SERVICE_UNHEALTHY',
    title: 'The new release did not become healthy.',
    message: 'backend is not healthy after 30 s.',
    hint: 'Look at its log.',
    exitCode: 1,
    serving: 'Release r11 (v1.3.0) is serving, as before.',
  },
}

const rolledBack: Notification = {
  ...deployed,
  event: 'rollback',
  kind: 'rollback',
  tag: 'v1.3.0',
  release: 'r13',
  restores: { release: 'r11', tag: 'v1.3.0' },
}

test('says in plain text how a deploy ended', () => {
  expect(renderNotificationText(deployed)).toMatchInlineSnapshot(`
    "shop on production: deployed release r12 (v1.4.0).
    by mona, 12.3 s, 1,204 probe requests, 0 failed.
    https://github.com/acme/shop/actions/runs/7
    https://shop.example.com"
  `)
})

test('has the failure and the serving release', () => {
  expect(renderNotificationText(failed)).toMatchInlineSnapshot(`
    "shop on production: deploy of v1.4.0 FAILED.
    backend is not healthy after 30 s. [SERVICE_UNHEALTHY]
    Release r11 (v1.3.0) is serving, as before.
    by mona, 12.3 s, 900 probe requests, 2 failed.
    https://github.com/acme/shop/actions/runs/7
    https://shop.example.com"
  `)
})

test.each<[Notification, string]>([
  [rolledBack, 'shop on production: rolled back to r11 (v1.3.0), as release r13.'],
  [{ ...rolledBack, outcome: 'failed' }, 'shop on production: rollback to r11 (v1.3.0) FAILED.'],
  [{ ...failed, outcome: 'cancelled' }, 'shop on production: deploy of v1.4.0 cancelled.'],
  [{ ...failed, tag: undefined }, 'shop on production: deploy FAILED.'],
])('%# says %s', (notification, sentence) => {
  expect(renderNotificationText(notification).split('\n')[0]).toBe(sentence)
})

test('says that nothing was touched where the deploy was refused', () => {
  const { serving: _, ...refusal } = failed.failure!
  const refused = { ...failed, failure: { ...refusal, exitCode: 3 } }
  expect(renderNotificationText(refused)).toContain('\nNothing was changed.\n')
})

test('is a message with a headline, the reason, and the facts', () => {
  const { text, blocks } = renderSlack(failed)
  expect(text).toBe(renderNotificationText(failed))
  expect(blocks.map((block) => ('text' in block ? block.text.text : block.elements[0]?.text))).toEqual([
    ':x: *shop* on *production*: deploy of v1.4.0 FAILED.',
    'backend is not healthy after 30 s.\n`SERVICE_UNHEALTHY`',
    'Release r11 (v1.3.0) is serving, as before.',
    'by mona  ·  12.3 s  ·  900 probe requests, 2 failed  ·  <https://github.com/acme/shop/actions/runs/7|workflow run>  ·  <https://shop.example.com|app>',
  ])
})

test.each([
  [deployed, ':white_check_mark:'],
  [rolledBack, ':leftwards_arrow_with_hook:'],
  [{ ...failed, outcome: 'cancelled' as const }, ':no_entry_sign:'],
])('%# has its mark', (notification, emoji) => {
  expect(JSON.stringify(renderSlack(notification).blocks[0])).toContain(emoji)
})

test('nothing foreign makes a mention or a link, or is longer than Slack takes', () => {
  const hostile: Notification = {
    ...failed,
    by: { user: '<!channel> & co', machine: 'm' },
    url: 'https://example.com/?a=1|fake>&b',
    failure: { ...failed.failure!, message: `<https://evil.example|click> ${'<'.repeat(9000)}` },
  }
  const { text, blocks } = renderSlack(hostile)
  const all = JSON.stringify([text, blocks])
  expect(all).not.toMatch(/<!|<https:\/\/evil/)
  expect(all).toContain('by &lt;!channel&gt; &amp; co')
  expect(all).toContain('<https://example.com/?a=1%7Cfake&gt;&amp;b|app>')
  for (const block of blocks) {
    if ('text' in block) expect(block.text.text.length).toBeLessThan(3000)
  }
})
