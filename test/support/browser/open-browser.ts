import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium, type Browser } from 'playwright-core'
import { findBrowser } from '../../../scripts/engine/browser.mjs'

/** A browser; disposing of it ends its processes. */
export type OpenBrowser = AsyncDisposable & { browser: Browser }

/**
 * Starts Chromium without windows. `enter` is the start of a command line that runs the rest in a machine of the test network,
 * whose loopback address the browser then has.
 */
export async function openBrowser(enter: readonly string[] = []): Promise<OpenBrowser> {
  const directory = await mkdtemp(join(tmpdir(), 'dray-browser-'))
  const program = join(directory, 'browser.sh')
  const words = [...enter, findBrowser()].map((word) => `'${word.replaceAll("'", `'\\''`)}'`)
  await writeFile(program, `#!/bin/sh\nexec ${words.join(' ')} "$@"\n`)
  await chmod(program, 0o755)
  const browser = await chromium.launch({ executablePath: program, args: ['--no-sandbox'] })
  return {
    browser,
    [Symbol.asyncDispose]: async () => {
      await browser.close()
      await rm(directory, { recursive: true })
    },
  }
}
