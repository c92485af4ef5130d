// Runs once and is done, as a migration.
import { setTimeout } from 'node:timers/promises'

console.log(`migrating to the schema of ${process.env.APP_VERSION}`)
await setTimeout(300)
