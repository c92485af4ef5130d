import type { MarkdownRenderer } from 'vitepress'

/** Plugin of markdown-it: shows `{{` in text and inline code as it is written. Vue would take it for an expression. */
export function noInterpolation(md: MarkdownRenderer): void {
  for (const name of ['text', 'code_inline'] as const) {
    const render = md.renderer.rules[name]
    md.renderer.rules[name] = (...args) => (render?.(...args) ?? '').replaceAll('{{', '&#123;&#123;')
  }
}
