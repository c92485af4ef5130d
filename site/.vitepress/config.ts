/**
 * The site: docs/, the benchmarks and a start page. `npm run site` builds it into .cache/site.
 *
 * SITE_BASE is the path that it is served under, such as `/dray/`; GITHUB_SERVER_URL and GITHUB_REPOSITORY, which GitHub sets
 * in a workflow, name the repository that it links to.
 */
import { relative } from 'node:path'
import { defineConfig } from 'vitepress'
import { headingSlug } from '../../scripts/site/heading-slug.ts'
import { listPages, readOwnSidebar, root } from '../../scripts/site/pages.ts'
import { noInterpolation } from '../../scripts/site/no-interpolation.ts'
import { siteLinks } from '../../scripts/site/site-links.ts'

const { SITE_BASE = '/', GITHUB_SERVER_URL = 'https://github.com', GITHUB_REPOSITORY } = process.env
const repository = GITHUB_REPOSITORY === undefined ? undefined : `${GITHUB_SERVER_URL}/${GITHUB_REPOSITORY}`
const pages = listPages()

// VitePress reads the default export of this file.
export default defineConfig({
  title: 'dray',
  description: 'Deploys a Docker Compose app to your own server, over SSH, without losing a request.',
  lang: 'en',
  base: SITE_BASE,
  srcDir: '..',
  srcExclude: ['!({docs,bench,site}/*).md', '*.md', '**/node_modules/**'],
  outDir: '../.cache/site',
  cacheDir: '../.cache/vitepress',
  rewrites: Object.fromEntries(pages.map(({ file, address }) => [file, `${address}.md`])),
  cleanUrls: true,
  head: [
    [
      'link',
      {
        rel: 'icon',
        href: "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'><path d='M1 3h9v7H1zM10 6h3l2 2v2h-5z' fill='%230f766e'/><circle cx='4' cy='12' r='2'/><circle cx='12' cy='12' r='2'/></svg>",
      },
    ],
  ],
  markdown: {
    anchor: { slugify: headingSlug },
    config: (md) => {
      md.use(siteLinks, { pages, repository, fileOf: (path: string) => relative(root, path) })
      md.use(noInterpolation)
    },
  },
  themeConfig: {
    nav: [
      { text: 'Quick start', link: '/quick-start' },
      { text: 'How it works', link: '/how-it-works' },
      { text: 'Commands', link: '/commands' },
      { text: 'Benchmarks', link: '/benchmarks' },
    ],
    sidebar: readOwnSidebar(),
    outline: { level: [2, 3] },
    search: { provider: 'local' },
    ...(repository === undefined ? {} : { socialLinks: [{ icon: 'github', link: repository }] }),
  },
})
