/** Bundles src/main.ts into dist/dray.mjs, one file that needs nothing but Node. */
import { existsSync, readdirSync, statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const root = fileURLToPath(new URL('..', import.meta.url))
const entry = `${root}/src/main.ts`
const bundle = `${root}/dist/dray.mjs`

if (isStale()) {
  await build({
    entryPoints: [entry],
    outfile: bundle,
    bundle: true,
    platform: 'node',
    target: 'node20.19',
    format: 'esm',
    minifyWhitespace: true,
    legalComments: 'none',
    // Bundled CommonJS packages call require() for Node's own modules, which an ES module does not have.
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
  })
}

function isStale() {
  const built = existsSync(bundle) ? statSync(bundle).mtimeMs : 0
  const sources = readdirSync(`${root}/src`, { recursive: true, encoding: 'utf8' }).map(
    (name) => `${root}/src/${name}`,
  )
  return [...sources, `${root}/package.json`, fileURLToPath(import.meta.url)].some(
    (path) => statSync(path).mtimeMs > built,
  )
}
