import { describe, expect, test } from 'vitest'
import { findBrokenLinks, listLinkedFiles, listWebLinks } from '../../../scripts/site/broken-links.ts'
import { findAnchors, findLinks } from '../../../scripts/site/find-links.ts'

describe('the documentation', () => {
  test('has no link that leads nowhere', () => {
    expect(findBrokenLinks(listLinkedFiles())).toEqual([])
  })

  test('links to few pages of the web, all of them known', () => {
    expect(listWebLinks(listLinkedFiles())).toMatchInlineSnapshot(`
      [
        "https://coolify.io",
        "https://cyclonedx.org",
        "https://docs.docker.com/build/bake/",
        "https://docs.docker.com/engine/install/",
        "https://docs.docker.com/engine/install/debian/",
        "https://docs.docker.com/engine/logging/configure/",
        "https://docs.docker.com/engine/security/rootless/",
        "https://docs.npmjs.com/trusted-publishers",
        "https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks",
        "https://github.com/settings/tokens/new?scopes=write:packages",
        "https://github.com/wowu/docker-rollout",
        "https://kamal-deploy.org",
        "https://man.openbsd.org/sshd#AUTHORIZED_KEYS_FILE_FORMAT",
      ]
    `)
  })
})

describe('the check of links', () => {
  const files: Record<string, string> = {
    'docs/a.md': '# A\n[b](b.md#the-b) [no](no.md)\n\n[top](#a)\n[gone](#gone)\n`[code](code.md)`\n',
    'docs/b.md': '# The `b`!\n\n```\n[in a block](x.md)\n# not a heading\n```\n<img src="x.png">\n',
    'docs/web.md': '[a](http://example.com) [b](https://example.com/x) [c](https://nowhere)\n',
  }
  const read = (file: string): string | undefined => files[file]

  test('finds files and headings that do not exist, with their lines', () => {
    expect(findBrokenLinks(['docs/a.md', 'docs/b.md'], read)).toEqual([
      'docs/a.md:2: no.md does not exist',
      'docs/a.md:5: #gone has no such heading',
      'docs/b.md:7: x.png does not exist',
    ])
  })

  test('looks at the form of addresses only', () => {
    expect(findBrokenLinks(['docs/web.md'], read)).toEqual([
      'docs/web.md:1: http://example.com is not https',
      'docs/web.md:1: https://nowhere has no host name',
    ])
  })

  test('takes the anchors that GitHub makes', () => {
    const page = '# A domain, with HTTPS\n## `services.NAME.health`\n## Twice\n## Twice\n<a id="own"></a>\n'
    expect([...findAnchors(page)]).toEqual([
      'a-domain-with-https',
      'servicesnamehealth',
      'twice',
      'twice-1',
      'own',
    ])
  })

  test('finds links of Markdown and of HTML', () => {
    const text = '[a](a.md "title") ![b](<b.svg>)\n<source srcset="c.svg">\n'
    expect(findLinks(text)).toEqual([
      { href: 'a.md', line: 1 },
      { href: 'b.svg', line: 1 },
      { href: 'c.svg', line: 2 },
    ])
  })
})
