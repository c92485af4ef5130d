import { headingSlug } from './heading-slug.ts'

/** A link of a Markdown text, with its line, from 1. */
export type Link = { href: string; line: number }

/** Links and images of a Markdown text, also of raw HTML; without those in code. */
export function findLinks(markdown: string): Link[] {
  return withoutCode(markdown)
    .split('\n')
    .flatMap((text, index) =>
      [...text.matchAll(/\]\(<?([^)\s>]+)>?(?:\s+"[^"]*")?\)|\s(?:href|src|srcset)="([^"]+)"/g)].map(
        ([, link, attribute]) => ({ href: link ?? attribute ?? '', line: index + 1 }),
      ),
    )
}

/** Anchors of a Markdown text: those of its headings, and ids of raw HTML. */
export function findAnchors(markdown: string): Set<string> {
  const seen = new Map<string, number>()
  const anchors = new Set<string>()
  const lines = withoutFences(markdown).split('\n')
  for (const [, heading = ''] of lines.flatMap((line) => [...line.matchAll(/^#{1,6} (.*?)#*$/g)])) {
    const slug = headingSlug(plainText(heading))
    const count = seen.get(slug) ?? 0
    seen.set(slug, count + 1)
    anchors.add(count === 0 ? slug : `${slug}-${count}`)
  }
  for (const [, id = ''] of markdown.matchAll(/\s(?:id|name)="([^"]+)"/g)) anchors.add(id)
  return anchors
}

/** A heading without links and marks of emphasis. */
function plainText(heading: string): string {
  return heading.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').replace(/[`*]/g, '')
}

/** The same lines, empty where they are in a fenced block. */
function withoutFences(markdown: string): string {
  let fence: string | undefined
  return markdown
    .split('\n')
    .map((line) => {
      const [, mark] = /^\s*(`{3,}|~{3,})/.exec(line) ?? []
      if (fence !== undefined) {
        if (line.trim() === fence) fence = undefined
        return ''
      }
      fence = mark
      return mark === undefined ? line : ''
    })
    .join('\n')
}

function withoutCode(markdown: string): string {
  return withoutFences(markdown).replace(/(`+)[^`\n]+\1/g, 'code')
}
