/**
 * The process that `runLoad` starts. The first line of its standard input is the options, the end of the input means
 * stop; it prints `{"progress":…}` lines, and `{"report":…}` at the end.
 */
import { createInterface } from 'node:readline'
import { generateLoad } from './generate-load.ts'
import type { LoadOptions } from './load-report.ts'

const progressEveryMs = 50

const lines = createInterface({ input: process.stdin })
lines.once('line', (line) => {
  const generator = generateLoad(JSON.parse(line) as LoadOptions)
  const timer = setInterval(() => print({ progress: generator.progress() }), progressEveryMs)
  lines.once('close', () => {
    clearInterval(timer)
    void generator.stop().then((report) => {
      print({ progress: generator.progress() })
      print({ report })
    })
  })
})

function print(value: object): void {
  process.stdout.write(`${JSON.stringify(value)}\n`)
}
