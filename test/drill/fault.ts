import type { StepKind } from '../../src/deploy/model/plan.ts'
import type { TestApp } from '../support/app/test-app.ts'
import type { RunningCommand } from '../support/net/run-command.ts'
import type { TestServer } from '../support/net/server.ts'
import type { TestNet } from '../support/net/test-net.ts'
import type { Random } from './random.ts'

/** What a fault happens to. */
export type Scene = { net: TestNet; app: TestApp; server: TestServer; running: RunningCommand }

/** Something that goes wrong with a run: in the middle of it, or from its beginning. */
export type Fault = {
  name: string
  /** As the table calls it. */
  title: string
  /** Makes it happen, at a moment of the run. Without it, it is there from the beginning. */
  strike?(scene: Scene): Promise<void>
  /** The kinds of steps where it makes a difference; any step unless told. */
  aims?: readonly StepKind[]
  /** What of it is there before the run begins. */
  prepare?(app: TestApp): Promise<void>
  /** What the run has in its environment. */
  environment?(random: Random): Readonly<Record<string, string>>
  /** What the run deploys, in the place of the release that is to be there in the end. */
  tag?: string
  /** A rollback has no part in it: it pulls nothing, takes no new file. */
  onlyDeploys?: boolean
  /** What an operator would repair before the next run; called when the struck run has ended. */
  repair?(scene: Scene): Promise<void>
  /** Whether it takes the app down itself, whichever tool deploys, and for how long: what fails then is not counted. */
  hurtsApp?: 'for a moment' | 'until the next run'
}

/** A signal to dray. */
export function signal(name: NodeJS.Signals): NonNullable<Fault['strike']> {
  return async ({ running }) => running.kill(name)
}

/** A script on the server, as root. */
export function inServer(script: string): NonNullable<Fault['strike']> {
  return async ({ server }) => {
    await server.run(['sh', '-c', script])
  }
}

/** A person who loses patience presses Ctrl-C after so long. */
export async function cancelAfter(running: RunningCommand, ms: number): Promise<void> {
  const timer = setTimeout(() => running.kill('SIGINT'), ms)
  await running.done.finally(() => clearTimeout(timer))
}
