import { useSignal } from '@preact/signals'
import type { JSX } from 'preact'
import { useLayoutEffect, useRef } from 'preact/hooks'
import type { ShownLine } from '../log-window.ts'
import { isExact } from './state.ts'

/** The height of a line, as in app.css. */
const LINE_PX = 20
/** Lines drawn above and below those in sight. */
const SPARE = 20
const MARKS = ['', '!', '·'] as const

/** Lines of which only those in sight are drawn. At its end it stays there while `follows`; scrolling changes that. */
export function LogList({
  lines,
  removed,
  follows,
  onFollow,
  label,
}: {
  lines: readonly ShownLine[]
  /** How many lines before the first were dropped. */
  removed: number
  follows: boolean
  onFollow: (follows: boolean) => void
  label: string
}): JSX.Element {
  const box = useRef<HTMLDivElement>(null)
  const top = useSignal(0)
  const dropped = useRef(removed)
  const heightPx = box.current?.clientHeight ?? 600
  const first = Math.max(0, Math.floor(top.value / LINE_PX) - SPARE)
  const drawn = lines.slice(first, first + Math.ceil(heightPx / LINE_PX) + 2 * SPARE)

  const width = Math.max(0, ...drawn.map(({ name }) => name.length))

  useLayoutEffect(() => {
    const element = box.current
    const gone = Math.max(0, removed - dropped.current)
    dropped.current = removed
    if (element === null) return
    // The lines that are being read stay where they are.
    if (!follows && gone === 0) return
    element.scrollTop = follows ? element.scrollHeight : Math.max(0, element.scrollTop - gone * LINE_PX)
    top.value = element.scrollTop
  })
  const onScroll = (): void => {
    const element = box.current
    if (element === null) return
    const isUp = element.scrollTop < top.value
    const isAtEnd = element.scrollTop + element.clientHeight >= element.scrollHeight - LINE_PX
    top.value = element.scrollTop
    if (isUp && !isAtEnd && follows) onFollow(false)
    if (isAtEnd && !follows && !isUp) onFollow(true)
  }
  return (
    <div class="log" ref={box} onScroll={onScroll} role="region" aria-label={label} tabIndex={0}>
      <div class="log-all" style={{ height: `${lines.length * LINE_PX}px` }}>
        <ol class="plain" start={first + 1} style={{ transform: `translateY(${first * LINE_PX}px)` }}>
          {drawn.map((line) => (
            <Line key={line.id} line={line} width={width} />
          ))}
        </ol>
      </div>
    </div>
  )
}

/** `width`: that of the longest name in sight, in characters. */
function Line({ line, width }: { line: ShownLine; width: number }): JSX.Element {
  const { atMs, name, kind, text } = line
  const at = new Date(atMs)
  const exact = at.toISOString()
  return (
    <li class={`log-line kind-${kind}`}>
      <time dateTime={at.toISOString()} title={exact}>
        {isExact.value ? exact : at.toTimeString().slice(0, 8)}
      </time>{' '}
      <span class="log-name">{name.padEnd(width)}</span>{' '}
      <span class="log-mark" title={kind === 1 ? 'standard error' : undefined}>
        {MARKS[kind]}
      </span>{' '}
      <span class="log-text">{text}</span>
    </li>
  )
}
