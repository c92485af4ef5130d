import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from './pages.ts'

/**
 * Checks the built site: every page has its title, and every link between pages leads to a page and an anchor there.
 * VitePress only reports a page that it could not render, and continues.
 * @returns what is wrong, one line each
 */
export function checkBuilt(directory: string, base: string, pages: readonly Page[]): string[] {
  const files = readdirSync(directory).filter((name) => name.endsWith('.html'))
  const texts = new Map(files.map((name) => [name, readFileSync(join(directory, name), 'utf8')]))
  const ids = new Map([...texts].map(([name, text]) => [name, idsOf(text)]))
  const missing = pages.flatMap(({ file, address }) => {
    const text = texts.get(`${address}.html`)
    if (text === undefined) return [`${file} is not part of the built site.`]
    return /<h1[ >]/.test(text) ? [] : [`${file} was not rendered: it has no title.`]
  })
  const broken = [...texts].flatMap(([name, text]) =>
    linksOf(text).flatMap((href) => {
      if (/^[a-z][a-z+.-]*:/i.test(href)) return []
      const target = href.startsWith('#') ? name : fileOf(href, base, directory)
      if (target === undefined) return [`${name}: ${href} leads to nothing.`]
      const anchor = href.split('#')[1]
      if (anchor === undefined || anchor === '' || ids.get(target)?.has(decodeURIComponent(anchor)) !== false)
        return []
      return [`${name}: ${href} has no such anchor.`]
    }),
  )
  return [...missing, ...new Set(broken)]
}

/** File of the site that an address is answered with, as GitHub Pages does it. */
function fileOf(href: string, base: string, directory: string): string | undefined {
  if (!href.startsWith(base)) return undefined
  const path = decodeURIComponent(href.slice(base.length).split(/[#?]/)[0] ?? '')
  const file = path === '' ? 'index.html' : existsSync(join(directory, path)) ? path : `${path}.html`
  return existsSync(join(directory, file)) ? file : undefined
}

function linksOf(html: string): string[] {
  return [...html.matchAll(/<(?:a|link|img|script)\b[^>]*?\s(?:href|src)="([^"]*)"/g)].map(([, href = '']) =>
    href.replaceAll('&amp;', '&'),
  )
}

function idsOf(html: string): Set<string> {
  return new Set([...html.matchAll(/\sid="([^"]*)"/g)].map(([, id = '']) => id))
}
