/** Calls `apply` with what it is given: at once, then at most every `intervalMs`, the last one each time; never twice the same. */
export function throttle(intervalMs, apply) {
  let latest = ''
  let waiting
  let isBusy = false
  const next = () => {
    isBusy = waiting !== undefined
    if (!isBusy) return
    const value = waiting
    waiting = undefined
    apply(value)
    setTimeout(next, intervalMs)
  }
  return (value) => {
    const text = JSON.stringify(value)
    if (text === latest) return
    latest = text
    waiting = value
    if (!isBusy) next()
  }
}
