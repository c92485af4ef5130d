import type { MarkdownRenderer } from 'vitepress'
import type { Page } from './pages.ts'
import { siteLink } from './site-link.ts'

type Options = {
  pages: readonly Page[]
  repository: string | undefined
  /** Path from the root of the repository of a file that VitePress names by its whole path. */
  fileOf(path: string): string
}

/** Plugin of markdown-it: rewrites every link of a page by `siteLink`. A link without a target becomes plain text. */
export function siteLinks(md: MarkdownRenderer, { pages, repository, fileOf }: Options): void {
  md.core.ruler.push('site-links', (state) => {
    // VitePress also renders the titles of pages, alone.
    const { realPath, path = realPath } = state.env as { realPath?: string; path?: string }
    if (path === undefined) return
    const file = fileOf(realPath ?? path)
    for (const token of state.tokens) {
      let isPlain = false
      token.children =
        token.children?.filter((child) => {
          if (child.type === 'link_open') {
            const href = siteLink(child.attrGet('href') ?? '', { file, pages, repository })
            isPlain = href === undefined
            if (href !== undefined) child.attrSet('href', href)
          }
          return !isPlain || (child.type !== 'link_open' && child.type !== 'link_close')
        }) ?? null
    }
  })
}
