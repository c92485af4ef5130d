import axe from 'axe-core'
import type { Page } from 'playwright-core'

/** What axe finds on a page, one line for each rule that it breaks. https://github.com/dequelabs/axe-core */
export async function findBarriers(page: Page): Promise<string[]> {
  // The policy of the page refuses a script element; the debugger's protocol runs it all the same.
  if (!(await page.evaluate("'axe' in globalThis"))) await page.evaluate(axe.source)
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

/** The tables of a screen of which columns are hidden, since they are wider than their window; those of cards apart. */
export function findCutTables(page: Page): Promise<string[]> {
  return page.evaluate<string[]>(
    `[...document.querySelectorAll('.scroll:not(.card *):has(> table)')]
      .filter((it) => it.scrollWidth > it.clientWidth).map((it) => it.getAttribute('aria-label') ?? '')`,
  )
}

/** Windows of a small phone, of a laptop, and of a large screen. */
const WIDTHS = [360, 1280, 2560]

/**
 * What axe finds on a screen, light and dark, in windows of 360, 1280 and 2560 px, and where the screen is wider than the window, or
 * a table at 360 px wider than the screen; the window is 1280 px and light afterwards.
 */
export async function findBarriersInAll(page: Page): Promise<string[]> {
  const found: string[] = []
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 740 })
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme })
      const barriers = await findBarriers(page)
      found.push(...barriers.map((it) => `${width} px, ${colorScheme}: ${it}`))
    }
    const needed = await page.evaluate<number>('document.documentElement.scrollWidth')
    if (needed > width) found.push(`${width} px: the screen is ${needed} px wide`)
    if (width === 360) found.push(...(await findCutTables(page)).map((it) => `${width} px: "${it}" is cut`))
  }
  await page.setViewportSize({ width: 1280, height: 720 })
  await page.emulateMedia({ colorScheme: 'light' })
  return found
}
