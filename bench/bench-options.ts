import { parseArgs } from 'node:util'

export type BenchOptions = {
  /** How often each way is measured. */
  runs: number
  /** Names of the tables to measure, in their own order. */
  only: readonly string[]
  /** Whether the tables in README.md are replaced. */
  write: boolean
  /** Whether every core is kept busy meanwhile. */
  busy: boolean
  /** Where docker-rollout lies. */
  rollout: string | undefined
}

/** What `--help` prints, without the names of the tables. */
export const usage = `npm run bench -- [--runs N] [--only NAME,NAME] [--rollout PATH] [--busy] [--write]

  --runs N        measure each way N times (5)
  --only NAMES    measure some tables only
  --rollout PATH  compare with docker-rollout, too, which is that file
  --busy          keep every core busy meanwhile; the tables are named NAME-busy in bench/README.md
  --write         put the tables into bench/README.md
`

/** Reads the command line; `undefined` asks for help. Throws with what is wrong and the names there are. */
export function readBenchOptions(
  argv: readonly string[],
  tableNames: readonly string[],
): BenchOptions | undefined {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      runs: { type: 'string', default: '5' },
      only: { type: 'string', default: '' },
      rollout: { type: 'string' },
      busy: { type: 'boolean', default: false },
      write: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return undefined
  const runs = Number(values.runs)
  if (!Number.isInteger(runs) || runs < 1) throw new Error(`--runs ${values.runs} is no number of runs.`)
  const asked = values.only.split(',').filter((name) => name !== '')
  const unknown = asked.find((name) => !tableNames.includes(name))
  if (unknown !== undefined)
    throw new Error(`There is no table ${unknown}; there are ${tableNames.join(', ')}.`)
  const only = tableNames.filter((name) => asked.length === 0 || asked.includes(name))
  return { runs, only, busy: values.busy, write: values.write, rollout: values.rollout }
}
