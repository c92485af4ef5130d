// A release that cannot start.
import { setTimeout } from 'node:timers/promises'

console.log(`app ${process.env.APP_VERSION} is starting`)
await setTimeout(200)
console.error('FATAL: SESSION_KEY is not set')
process.exit(1)
