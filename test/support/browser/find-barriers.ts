import axe from 'axe-core'
import type { Page } from 'playwright-core'

/** What axe finds on a page, one line for each rule that it breaks. https://github.com/dequelabs/axe-core */
export async function findBarriers(page: Page): Promise<string[]> {
  // The policy of the page refuses a script element; the debugger's protocol runs it all the same.
  await page.evaluate(axe.source)
  return page.evaluate(async () => {
    const { axe: there } = globalThis as unknown as {
      axe: { run(): Promise<{ violations: { id: string; help: string; nodes: { html: string }[] }[] }> }
    }
    const { violations } = await there.run()
    return violations.map(
      ({ id, help, nodes }) => `${id}: ${help}: ${nodes.map(({ html }) => html).join(' ')}`,
    )
  })
}
