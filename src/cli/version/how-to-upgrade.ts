import { releasesUrl } from '../../shared/version/releases-url.ts'
import type { OwnProgram } from '../command/own-program.ts'

/** The command that brings a version of dray, for the way in which this dray was installed. */
export function howToUpgrade(program: OwnProgram, version: string): string {
  switch (program.kind) {
    case 'executable':
      return 'dray upgrade'
    case 'npm':
      return npmCommand(program.directory.replaceAll('\\', '/'), version)
    case 'file':
      return `curl -fsSLo ${program.path} ${releasesUrl}/download/v${version}/dray.mjs`
    case 'sources':
      return 'git pull && npm ci && npm run build'
  }
}

/** npm unpacks for npx below `_npx`, and for `npm install -g` into `lib/node_modules`; pnpm has a store `.pnpm`. */
function npmCommand(directory: string, version: string): string {
  if (directory.includes('/_npx/')) return `npx dray@${version}`
  if (directory.includes('/lib/node_modules/')) return `npm install -g dray@${version}`
  if (directory.includes('/.pnpm/')) return `pnpm add -D dray@${version}`
  return `npm install -D dray@${version}`
}
