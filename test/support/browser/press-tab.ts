import type { Page } from 'playwright-core'

const MOST_PRESSES = 100

/** The name or the text of the element that has the focus. */
export function focusedText(page: Page): Promise<string> {
  return page.evaluate<string>(`(() => {
    const it = document.activeElement
    return (it.ariaLabel ?? it.labels?.[0]?.textContent ?? it.textContent).trim()
  })()`)
}

/** Presses Tab, or Shift+Tab, until an element with this name or text has the focus. Throws if none gets it. */
export async function tabTo(page: Page, text: string, key: 'Tab' | 'Shift+Tab' = 'Tab'): Promise<void> {
  const passed: string[] = []
  while (passed.length < MOST_PRESSES) {
    await page.keyboard.press(key)
    const focused = await focusedText(page)
    if (focused === text) return
    passed.push(focused.slice(0, 40))
  }
  throw new Error(`${key} does not lead to "${text}", but to: ${passed.join(', ')}`)
}
