import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { findPackages, renderNotices } from './third-party-notices.mjs'

export const root = fileURLToPath(new URL('..', import.meta.url))

/**
 * Bundles src/main.ts into one file that needs nothing but Node. People copy that file alone into a repository, so the
 * licences of all code in it are its last comment; `notices` are those of the packages as a text.
 *
 * @returns {Promise<{ code: string, notices: string, metafile: import('esbuild').Metafile }>}
 * @throws a sentence when the licence of a package is missing or not allowed
 */
export async function bundle() {
  const { outputFiles, metafile } = await build({
    absWorkingDir: root,
    entryPoints: ['src/main.ts'],
    outfile: 'dist/dray.mjs',
    bundle: true,
    platform: 'node',
    target: 'node20.19',
    format: 'esm',
    minify: true,
    // A stack trace names the functions as the source does.
    keepNames: true,
    // No bundled package has a comment that esbuild keeps; their licences are files.
    legalComments: 'none',
    metafile: true,
    write: false,
    // Bundled CommonJS packages call require() for Node's own modules, which an ES module does not have.
    banner: {
      js: "// Licences: at the end of this file.\nimport { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
  })
  const [file] = outputFiles
  const notices = await renderNotices(await findPackages(metafile, root))
  const own = await readFile(`${root}/LICENSE`, 'utf8')
  return { code: `${file?.text}${asComment(`dray\n\n${own}\n${notices}`)}`, notices, metafile }
}

/** @param {string} text */
function asComment(text) {
  return `/*\n${text.replaceAll('*/', '* /')}*/\n`
}
