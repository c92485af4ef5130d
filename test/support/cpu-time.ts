/** Milliseconds of processor time that an action takes: unlike a clock's, they do not grow while other processes are busy. */
export function cpuMsOf(action: () => unknown): number {
  const before = process.cpuUsage()
  action()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000
}
