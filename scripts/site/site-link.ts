import { join } from 'node:path'
import type { Page } from './pages.ts'

export type LinkContext = {
  /** File with the link, from the root of the repository. */
  file: string
  pages: readonly Page[]
  /** Address of the repository on the web, without `/` at its end. */
  repository: string | undefined
}

/**
 * Gives a link of a Markdown file its target on the site. Links are written for GitHub: relative paths of the repository.
 * @returns the address of the page, with `#…` as written; for a file that is no page its address in the repository;
 *   undefined if that is not known. Addresses outside of the repository and links within the page stay.
 */
export function siteLink(href: string, { file, pages, repository }: LinkContext): string | undefined {
  if (/^([a-z][a-z+.-]*:|#|\/\/)/i.test(href)) return href
  const [path = '', anchor] = href.split('#', 2)
  const target = join(file, '..', decodeURIComponent(path))
  const hash = anchor === undefined ? '' : `#${anchor}`
  const page = pages.find((candidate) => candidate.file === target)
  if (page !== undefined) return `/${page.address === 'index' ? '' : page.address}${hash}`
  return repository === undefined ? undefined : `${repository}/blob/main/${target}${hash}`
}
