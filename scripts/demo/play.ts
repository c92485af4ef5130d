import { randomBytes } from 'node:crypto'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { askVersion, deployQuietly, deployUnderLoad, ratePerSecond, type Stage } from './acts.ts'
import { copyApp, pushImages, urlAt } from './app.ts'
import { findPublishedPort } from './ports.ts'
import { startRegistry } from './registry.ts'
import type { Screen } from './screen.ts'
import { noteTraces, type Traces } from './traces.ts'
import { untilOrAborted } from './until-or-aborted.ts'
import { checkSeen, renderNumbers, renderProblems, type Seen } from './verdict.ts'

/** Names of the things that this demo will create on the machine. */
export function planTraces(): Traces {
  const project = `dray-demo-${randomBytes(3).toString('hex')}`
  const directory = join(tmpdir(), project)
  return { process: process.pid, project, directory, registryDirectory: `${directory}-registry` }
}

/** Runs the demo up to the verdict. Returns whether all checks passed, and the URL of the app. */
export async function play(
  traces: Traces,
  screen: Screen,
  signal: AbortSignal,
): Promise<{ hasPassed: boolean; url: string }> {
  const { colors } = screen.style
  const title = (text: string) => {
    screen.say()
    screen.say(colors.bold(colors.cyan(text)))
  }

  title('1  Preparation')
  const stage = await setStage(traces, screen, signal)
  const { url } = stage

  title('2  The first deploy')
  screen.say('dray resolves v1 in the registry, pulls its images, runs its migration, and starts it.')
  const first = await deployQuietly('v1', stage)
  if (first.exitCode !== 0)
    throw new Error(`\`dray deploy\` of v1 exited with code ${first.exitCode}: see above.`)
  const firstVersion = await askVersion(url)
  screen.say(`${url} answers: ${firstVersion}. You can open it in a browser.`)

  title(`3  v2 replaces v1 under a load of ${ratePerSecond} requests per second`)
  screen.say('A third of them are POSTs. Each is sent once at a fixed time, regardless of earlier answers.')
  const replaced = await deployUnderLoad('v2', stage)
  const replacedVersion = await askVersion(url)

  title('4  v3 is broken: it exits as soon as it starts')
  screen.say('dray should report the cause, keep v2 serving, and exit with code 1.')
  const refused = await deployUnderLoad('v3', stage)
  const refusedVersion = await askVersion(url)

  title('5  Results')
  const seen = {
    firstExitCode: first.exitCode,
    firstVersion,
    replaced,
    replacedVersion,
    refused,
    refusedVersion,
  }
  return { hasPassed: printVerdict(seen, screen), url }
}

async function setStage(traces: Traces, screen: Screen, signal: AbortSignal): Promise<Stage> {
  const { directory, registryDirectory } = traces
  const registry = await startRegistry(registryDirectory)
  await noteTraces({ ...traces, registry })
  traces.registry = registry
  screen.say(`  registry  ${registry.host} (${registry.description}), in place of ghcr.io`)
  const pushing = pushImages(registry.host, (line) => {
    if (!signal.aborted) screen.say(`  images    ${line}`)
  })
  await untilOrAborted(pushing, signal)
  const port = await findPublishedPort(80)
  await copyApp(directory, { registryHost: registry.host, port })
  screen.say(`  app       examples/shop, copied to ${directory} with its .env`)
  const reason = port === 80 ? '' : ' (port 80 is not available)'
  screen.say(`  URL       ${urlAt(port)}${reason}`)
  return { screen, directory, url: urlAt(port), signal }
}

function printVerdict(seen: Seen, screen: Screen): boolean {
  const { colors, glyphs } = screen.style
  for (const line of renderNumbers(seen, screen.style)) screen.say(line)
  for (const line of renderProblems(seen)) screen.say(colors.red(line))
  screen.say()
  const checks = checkSeen(seen)
  for (const { holds, text } of checks) {
    screen.say(`  ${holds ? colors.green(glyphs.done) : colors.red(glyphs.failed)} ${text}`)
  }
  return checks.every(({ holds }) => holds)
}
