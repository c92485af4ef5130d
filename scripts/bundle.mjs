import { readFile } from 'node:fs/promises'
import { builtinModules } from 'node:module'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { bundlePage } from './bundle-page.mjs'
import { findPackages, renderNotices } from './third-party-notices.mjs'

export const root = fileURLToPath(new URL('..', import.meta.url))

/**
 * Bundles src/main.ts into one file that needs nothing but Node. People copy that file alone into a repository, so the
 * licences of all code in it are its last comment; `notices` are those of the packages as a text.
 *
 * @param {Readonly<Record<string, string>>} define expressions to replace, as esbuild's option of that name
 * @returns {Promise<{ code: string, sourceMap: string, notices: string, metafile: import('esbuild').Metafile }>}
 * @throws a sentence when the licence of a package is missing or not allowed
 */
export async function bundle(define = {}) {
  const page = await bundlePage(root)
  const { outputFiles, metafile: ownMetafile } = await build({
    absWorkingDir: root,
    entryPoints: ['src/main.ts'],
    outfile: 'dist/dray.mjs',
    bundle: true,
    platform: 'node',
    target: 'node20.19',
    format: 'esm',
    // With `keepNames` the start would take longer; scripts/read-trace.mjs gives a stack trace its names back.
    minify: true,
    sourcemap: 'external',
    // No bundled package has a comment that esbuild keeps; their licences are files.
    legalComments: 'none',
    metafile: true,
    write: false,
    banner: { js: '// Licences: at the end of this file.' },
    plugins: [builtinsAtFirstUse],
    define: { ...define, PAGE_ARCHIVE: JSON.stringify(page.archive) },
  })
  const [sourceMap, file] = outputFiles.map(({ text }) => text)
  const metafile = withPage(ownMetafile, page.metafile)
  const notices = await renderNotices(await findPackages(metafile, root))
  const own = await readFile(`${root}/LICENSE`, 'utf8')
  const code = `${file}${asComment(`dray\n\n${own}\n${notices}`)}`
  return { code, sourceMap: `${sourceMap}`, notices, metafile }
}

/**
 * Loads a module of Node when one of its exports is first used. An `import` would load each of them at each start, also
 * for `dray --version`: with HTTP, TLS and DNS that took a tenth of the time. Bundled CommonJS packages get theirs in the
 * same way, since an ES module has no `require`.
 *
 * @type {import('esbuild').Plugin}
 */
const builtinsAtFirstUse = {
  name: 'builtins-at-first-use',
  setup({ onResolve, onLoad }) {
    const namespace = 'builtin'
    // Node 20 does not list the modules that exist with the prefix only.
    const names = [...builtinModules, 'sea'].join('|')
    onResolve({ filter: new RegExp(`^(?:node:)?(?:${names})$`) }, ({ path }) => ({
      path: path.replace(/^node:/, ''),
      namespace,
    }))
    onLoad({ filter: /^/, namespace }, ({ path }) => {
      // Node has the function since 20.16: https://nodejs.org/api/process.html#processgetbuiltinmoduleid
      const names = JSON.stringify(Object.keys(process.getBuiltinModule(`node:${path}`)).join(' '))
      const get = `() => process.getBuiltinModule('node:${path}')[name]`
      const contents = `for (const name of ${names}.split(' ')) Object.defineProperty(exports, name, { enumerable: true, get: ${get} })`
      return { contents }
    })
  },
}

/**
 * The packages of the page are in the file, too.
 * @param {import('esbuild').Metafile} file
 * @param {import('esbuild').Metafile} page
 */
function withPage(file, page) {
  return { ...file, outputs: { ...file.outputs, ...page.outputs } }
}

/** @param {string} text */
function asComment(text) {
  return `/*\n${text.replaceAll('*/', '* /')}*/\n`
}
