import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { findAnchors, findLinks } from './find-links.ts'
import { listPages, root } from './pages.ts'

/** What is wrong with a link: `docs/ci.md:12: … `. */
export type BrokenLink = string

/** Markdown files whose links are checked: those of the site, and what GitHub shows. */
export function listLinkedFiles(): string[] {
  return [...listPages().map(({ file }) => file), 'README.md', 'AGENTS.md', 'examples/shop/README.md']
}

/**
 * Finds links that lead nowhere: to a file or heading of the repository that does not exist, or to an address on the web of a
 * wrong form. Whether a page on the web exists is not asked.
 */
export function findBrokenLinks(files: readonly string[], read = readOwn): BrokenLink[] {
  return files.flatMap((file) =>
    findLinks(read(file) ?? '').flatMap(({ href, line }) => {
      const problem = /^[a-z][a-z+.-]*:|^\/\//i.test(href) ? checkAddress(href) : checkPath(file, href, read)
      return problem === undefined ? [] : [`${file}:${line}: ${href} ${problem}`]
    }),
  )
}

/** Addresses on the web that the files link to, each once. */
export function listWebLinks(files: readonly string[], read = readOwn): string[] {
  const links = files.flatMap((file) => findLinks(read(file) ?? '').map(({ href }) => href))
  return [...new Set(links.filter((href) => /^https?:/.test(href)))].sort()
}

function checkAddress(href: string): string | undefined {
  if (!URL.canParse(href)) return 'is not an address'
  const { protocol, hostname } = new URL(href)
  if (protocol !== 'https:' && !/^(?:localhost|127\.)/.test(hostname)) return 'is not https'
  return hostname.includes('.') || hostname === 'localhost' ? undefined : 'has no host name'
}

/** Links of the start page of the site begin with `/`: it is no page of GitHub. */
function checkPath(file: string, href: string, read: typeof readOwn): string | undefined {
  const [path = '', anchor] = href.split('#', 2)
  const target = path === '' ? file : join(file, '..', decodeURIComponent(path))
  const text = read(target)
  if (text === undefined) return 'does not exist'
  if (anchor === undefined || !target.endsWith('.md')) return undefined
  return findAnchors(text).has(anchor) ? undefined : 'has no such heading'
}

/** Text of a file of the repository; empty for a directory, undefined if it does not exist. */
function readOwn(file: string): string | undefined {
  const path = join(root, file)
  if (!existsSync(path)) return undefined
  return /\.(?:md|html)$/.test(file) ? readFileSync(path, 'utf8') : ''
}
