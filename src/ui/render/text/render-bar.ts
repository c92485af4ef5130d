import type { Glyphs } from '../../terminal/terminal-style.ts'

/** A progress bar of exactly `width` columns; `fraction` is clamped to 0…1. */
export function renderBar(fraction: number, width: number, glyphs: Glyphs): string {
  const steps = glyphs.bar.length
  const filled = Math.floor(Math.min(1, Math.max(0, fraction)) * width * steps)
  const whole = Math.floor(filled / steps)
  const part = glyphs.bar[(filled % steps) - 1] ?? ''
  const full = (glyphs.bar.at(-1) ?? '').repeat(whole)
  return full + part + glyphs.barEmpty.repeat(width - whole - (part === '' ? 0 : 1))
}
