import { useSignal } from '@preact/signals'
import type { JSX, RefObject } from 'preact'
import { useLayoutEffect, useMemo, useRef } from 'preact/hooks'
import { LOG_MARKS, rowsOf, type LogRows } from '../log-rows.ts'
import type { ShownLine } from '../log-window.ts'
import { isExact } from './state.ts'

/** The height of a row, as in app.css. */
const ROW_PX = 20
/** Rows drawn above and below those in sight. */
const SPARE = 20
/** Below this width, the time and the name of a line are above its text, which continues in the next row. */
const NARROW_PX = 700

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
  const cell = useRef<HTMLSpanElement>(null)
  const top = useSignal(0)
  const columns = useColumns(box, cell)
  const timeLength = isExact.value ? new Date(0).toISOString().length : 8
  const rows = useMemo(
    () => rowsOf(lines, { columns, timeLength }),
    [lines, lines.length, columns, timeLength],
  )
  const heightPx = box.current?.clientHeight ?? 600
  const firstRow = Math.max(0, Math.floor(top.value / ROW_PX) - SPARE)
  const first = rows.lineAt(firstRow)
  const beyond = rows.lineAt(firstRow + Math.ceil(heightPx / ROW_PX) + 2 * SPARE) + 1
  const drawn = lines.slice(first, beyond)
  const width = columns === undefined ? Math.max(0, ...drawn.map(({ name }) => name.length)) : 0

  useScroll(box, {
    rows,
    layout: `${columns} ${timeLength}`,
    removed,
    follows,
    onScrolled: (px) => (top.value = px),
  })
  const onScroll = (): void => {
    const element = box.current
    if (element === null) return
    const isUp = element.scrollTop < top.value
    const isAtEnd = element.scrollTop + element.clientHeight >= element.scrollHeight - ROW_PX
    top.value = element.scrollTop
    if (isUp && !isAtEnd && follows) onFollow(false)
    if (isAtEnd && !follows && !isUp) onFollow(true)
  }
  return (
    <div
      class={columns === undefined ? 'log' : 'log narrow'}
      ref={box}
      onScroll={onScroll}
      role="region"
      aria-label={label}
      tabIndex={0}
    >
      <span class="log-cell" ref={cell} aria-hidden="true">
        0
      </span>
      <div class="log-all" style={{ height: `${rows.all * ROW_PX}px` }}>
        <ol
          class="plain"
          start={first + 1}
          style={{ transform: `translateY(${rows.rowOf(first) * ROW_PX}px)` }}
        >
          {drawn.map((line) => (
            <Line key={line.id} line={line} width={width} />
          ))}
        </ol>
      </div>
    </div>
  )
}

/** How many characters a row of a narrow box has; undefined for one that is wide enough for lines of one row. */
function useColumns(box: RefObject<HTMLDivElement>, cell: RefObject<HTMLSpanElement>): number | undefined {
  const columns = useSignal<number | undefined>(undefined)
  useLayoutEffect(() => {
    const measure = (): void => {
      if (box.current === null || cell.current === null) return
      const { paddingLeft, paddingRight } = getComputedStyle(box.current)
      const widthPx = box.current.clientWidth - parseFloat(paddingLeft) - parseFloat(paddingRight)
      const cellPx = cell.current.getBoundingClientRect().width
      columns.value = box.current.offsetWidth < NARROW_PX ? Math.floor(widthPx / cellPx) : undefined
    }
    const observer = new ResizeObserver(measure)
    if (box.current !== null) observer.observe(box.current)
    measure()
    return () => observer.disconnect()
  }, [])
  return columns.value
}

type Scrolled = {
  rows: LogRows
  /** Differs when lines have other heights than before. */
  layout: string
  removed: number
  follows: boolean
  onScrolled: (px: number) => void
}

/** After each drawing, the end is in sight while it is followed; else the lines that are being read stay where they are. */
function useScroll(
  box: RefObject<HTMLDivElement>,
  { rows, layout, removed, follows, onScrolled }: Scrolled,
): void {
  const last = useRef({ rows, layout, removed })
  useLayoutEffect(() => {
    const element = box.current
    const before = last.current
    last.current = { rows, layout, removed }
    if (element === null) return
    const gone = Math.max(0, removed - before.removed)
    if (!follows && gone === 0 && layout === before.layout) return
    const line = before.rows.lineAt(Math.floor(element.scrollTop / ROW_PX))
    const belowPx = element.scrollTop - before.rows.rowOf(line) * ROW_PX
    const stillPx = Math.max(0, rows.rowOf(Math.max(0, line - gone)) * ROW_PX + belowPx)
    element.scrollTop = follows ? element.scrollHeight : stillPx
    onScrolled(element.scrollTop)
  })
}

/** `width`: that of the longest name in sight, in characters; 0 where names are above the texts. */
function Line({ line, width }: { line: ShownLine; width: number }): JSX.Element {
  const { atMs, name, kind, text } = line
  const at = new Date(atMs)
  const exact = at.toISOString()
  return (
    <li class={`log-line kind-${kind}`}>
      <time dateTime={exact} title={exact}>
        {isExact.value ? exact : at.toTimeString().slice(0, 8)}
      </time>{' '}
      <span class="log-name">{name.padEnd(width)}</span>{' '}
      <span class="log-mark" title={kind === 1 ? 'standard error' : undefined}>
        {LOG_MARKS[kind]}
      </span>{' '}
      <span class="log-text">{text}</span>
    </li>
  )
}
