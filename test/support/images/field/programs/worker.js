// Serves nobody: takes jobs from a queue, as far as anyone outside can see.
import { writeFileSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'

process.once('SIGTERM', () => process.exit(0))
console.log(`worker ${process.env.APP_VERSION} waits for jobs`)
writeFileSync('/tmp/ready', 'yes\n')
for (;;) await setTimeout(60_000)
