// Writes `dist`: the pages of `public` with the version of this build inserted.
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs'

const version = process.env.APP_VERSION ?? 'dev'

rmSync('dist', { recursive: true, force: true })
cpSync('public', 'dist', { recursive: true })
writeFileSync('dist/index.html', readFileSync('dist/index.html', 'utf8').replaceAll('%VERSION%', version))
