import { readFile } from 'node:fs/promises'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'

const directory = 'src/ui/page/app'

/**
 * Bundles the page of `dray ui`: its files by name, each gzip in base64, as src/adapters/page/page-archive.ts reads them.
 *
 * @param {string} root of the repository
 * @returns {Promise<{ archive: Record<string, string>, metafile: import('esbuild').Metafile }>}
 */
export async function bundlePage(root) {
  const { outputFiles, metafile } = await build({
    absWorkingDir: root,
    entryPoints: { app: `${directory}/main.tsx`, 'app.css': `${directory}/app.css` },
    entryNames: '[name]',
    outdir: 'dist/page',
    bundle: true,
    platform: 'browser',
    // The oldest with `light-dark()`: https://caniuse.com/mdn-css_types_color_light-dark
    target: ['chrome123', 'firefox120', 'safari17.5'],
    format: 'esm',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    minify: true,
    legalComments: 'none',
    metafile: true,
    write: false,
  })
  /** @type {Record<string, string>} */
  const archive = {}
  for (const name of ['index.html', 'icon.svg'])
    archive[name] = pack(await readFile(`${root}/${directory}/${name}`))
  for (const { path, contents } of outputFiles) {
    archive[path.endsWith('.css') ? 'app.css' : 'app.js'] = pack(contents)
  }
  return { archive, metafile }
}

/** @param {Uint8Array} content */
function pack(content) {
  return gzipSync(content, { level: 9 }).toString('base64')
}
