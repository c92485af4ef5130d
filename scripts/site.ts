/**
 * Builds the documentation as a site into .cache/site: `npm run site`. SITE_BASE is the path that it is served under.
 *
 * Exit codes: 0 built; 1 a link leads nowhere or a page was not rendered: nothing should be published.
 */
import { join } from 'node:path'
import { build } from 'vitepress'
import { findBrokenLinks, listLinkedFiles, listWebLinks } from './site/broken-links.ts'
import { checkBuilt } from './site/check-built.ts'
import { listPages, root } from './site/pages.ts'

const files = listLinkedFiles()
const problems = findBrokenLinks(files)
if (problems.length === 0) {
  await build(join(root, 'site'))
  problems.push(...checkBuilt(join(root, '.cache/site'), process.env['SITE_BASE'] ?? '/', listPages()))
}
for (const problem of problems) console.error(problem)
const web = listWebLinks(files).length
if (problems.length > 0) process.exitCode = 1
else console.log(`${listPages().length} pages in .cache/site. ${web} links to the web were not followed.`)
