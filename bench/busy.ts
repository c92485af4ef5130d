import { spawn } from 'node:child_process'
import { cpus } from 'node:os'

/** Ends with the bench, however that ends. */
const burn = `while (process.ppid === ${process.pid});`

/** Keeps every core busy with a process of its own until it is disposed of. */
export function keepBusy(): Disposable {
  const burning = cpus().map(() => spawn(process.execPath, ['-e', burn], { stdio: 'ignore' }))
  return {
    [Symbol.dispose]() {
      for (const process of burning) process.kill('SIGKILL')
    },
  }
}
