/** Writes dist/dray.mjs and the licences of the packages in it, where a source is newer. */
import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { bundle, root } from './bundle.mjs'

const bundlePath = `${root}/dist/dray.mjs`
const noticesPath = `${root}/dist/THIRD-PARTY-NOTICES.txt`

if (isStale()) {
  const { code, notices } = await bundle()
  mkdirSync(`${root}/dist`, { recursive: true })
  writeFileSync(noticesPath, notices)
  writeFileSync(bundlePath, code)
}

function isStale() {
  if (!existsSync(bundlePath) || !existsSync(noticesPath)) return true
  const built = statSync(bundlePath).mtimeMs
  const sources = readdirSync(`${root}/src`, { recursive: true, encoding: 'utf8' })
  const others = ['build.mjs', 'bundle.mjs', 'bundle-page.mjs', 'third-party-notices.mjs'].map(
    (name) => `scripts/${name}`,
  )
  return [
    ...sources.map((name) => `src/${name}`),
    ...others,
    'package.json',
    'LICENSE',
    'dray.schema.json',
  ].some((path) => statSync(`${root}/${path}`).mtimeMs > built)
}
