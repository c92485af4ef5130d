import { readFileSync, readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { join } from 'node:path'

/** Root of the repository. */
export const root = fileURLToPath(new URL('../..', import.meta.url))

/** Page of the repository that lists all others under headings; the sidebar of the site is made from it. */
export const indexPage = 'docs/README.md'

/** A page: its file in the repository, and its address on the site, without the base and without `.html`. */
export type Page = { file: string; address: string }

/** Pages of the site. Every Markdown file of docs/ is one. */
export function listPages(): Page[] {
  const docs = readdirSync(join(root, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => ({ file: `docs/${name}`, address: name.slice(0, -'.md'.length) }))
  return [
    { file: 'site/index.md', address: 'index' },
    { file: 'bench/README.md', address: 'benchmarks' },
    ...docs.map((page) => (page.file === indexPage ? { ...page, address: 'contents' } : page)),
  ]
}

/** A heading of the sidebar with its pages: titles, and addresses that begin with `/`. */
export type SidebarGroup = { text: string; items: { text: string; link: string }[] }

/**
 * Reads the sidebar from the text of the index page: a level-two heading, then list items that begin with a link.
 * @throws Error if a link leads to no page of the site
 */
export function readSidebar(text: string, pages: readonly Page[]): SidebarGroup[] {
  return text
    .split(/^## /m)
    .slice(1)
    .map((section) => {
      const [heading = ''] = section.split('\n', 1)
      const items = [...section.matchAll(/^- \[([^\]]+)\]\(([^)#]+)\)/gm)]
      return {
        text: heading,
        items: items.map(([, title = '', target = '']) => ({ text: title, link: linkTo(target, pages) })),
      }
    })
}

/** Reads the sidebar of the repository's own index page. */
export function readOwnSidebar(): SidebarGroup[] {
  return readSidebar(readFileSync(join(root, indexPage), 'utf8'), listPages())
}

function linkTo(target: string, pages: readonly Page[]): string {
  const file = join('docs', target)
  const page = pages.find((candidate) => candidate.file === file)
  if (page === undefined) throw new Error(`${indexPage} links to ${target}, which is no page of the site.`)
  return `/${page.address}`
}
