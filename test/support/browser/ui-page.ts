import type { BrowserContext, Page } from 'playwright-core'
import type { TestApp } from '../app/test-app.ts'
import { openBrowser, type OpenBrowser } from './open-browser.ts'
import { startUi, type UiOptions, type UiProgram } from './ui-program.ts'

/** Against a test that hangs: on a busy machine everything takes many times as long. */
export const guardMs = 100_000

/** `dray ui` of an app on the client, with its page in a browser there; disposing of it ends both. */
export type UiPage = AsyncDisposable & {
  opened: OpenBrowser
  ui: UiProgram
  context: BrowserContext
  page: Page
  /** Goes to a screen: `/production/logs`. */
  show: (hash: string) => Promise<void>
}

/** `enter` is the start of a command line that runs the rest on the client. */
export async function openUiPage(
  app: TestApp,
  enter: readonly string[],
  options: UiOptions = {},
): Promise<UiPage> {
  const [opened, ui] = await Promise.all([openBrowser(enter), startUi(app, options)])
  const context = await opened.browser.newContext({ reducedMotion: 'reduce' })
  context.setDefaultTimeout(guardMs)
  const page = await context.newPage()
  await page.goto(ui.url)
  return {
    opened,
    ui,
    context,
    page,
    show: (hash) => page.evaluate(`location.hash = ${JSON.stringify(hash)}`),
    [Symbol.asyncDispose]: async () => {
      await ui[Symbol.asyncDispose]()
      await opened[Symbol.asyncDispose]()
    },
  }
}
