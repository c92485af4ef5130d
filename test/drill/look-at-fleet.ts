import type { EnvironmentStatus } from '../../src/operations/status/status.ts'
import { readDeployResult } from '../support/app/deploy-result.ts'
import type { RunResult } from '../support/net/run-command.ts'
import { findProblems, untilServed, versionOf } from './check-after.ts'
import type { FleetFault } from './fleet-faults.ts'
import type { Fleet, FleetMember } from './fleet.ts'

/** What a host has of the releases before and after: what answers, and what its newest record says. */
export type Seen = { served: Version; recorded: Version }
type Version = 'old' | 'new' | 'other' | 'nothing'

export type Look = {
  /** In the order of the hosts. */
  hosts: readonly Seen[]
  /** Of `dray status --exit-code`. */
  status: { exitCode: number; verdicts: readonly string[] }
  problems: readonly string[]
}

type Struck = {
  fault: FleetFault
  /** Of the host that was struck; it is no host's if dray was. */
  victimIndex: number
  from: string
  to: string
  ended: RunResult
}

/** Looks at every host after the run that was struck, before any repair: what it said must be so. */
export async function lookAtFleet(struck: Struck, { members }: Fleet): Promise<Look> {
  const { fault, victimIndex, from, to } = struck
  const versionFrom = (tag: string | undefined): Version =>
    tag === from ? 'old' : tag === to ? 'new' : tag === undefined ? 'nothing' : 'other'
  const hosts = await Promise.all(
    members.map(async (it, index): Promise<Seen> => {
      // A host that is back needs a moment to start its containers; nothing answers on one that is down.
      const isBack = fault.hurtsApp && fault.repair === undefined && index === victimIndex
      const served = await (isBack ? untilServed(it.app) : versionOf(it.app))
      return { served: versionFrom(served), recorded: versionFrom((await newestRecord(it)).tag) }
    }),
  )
  const status = await readStatus(members[0])
  const others = hosts.filter((_, index) => fault.loses === 'dray' || index !== victimIndex)
  const isVictimWhole = !fault.hurtsApp
  const counted = isVictimWhole ? hosts : others
  return {
    hosts,
    status,
    problems: [
      ...findLies({ ...struck, hosts, counted, others }),
      ...findSilence({ status, hosts, counted }),
      ...(await findUnnamed(struck, members)),
    ],
  }
}

type Counted = { hosts: readonly Seen[]; counted: readonly Seen[]; others: readonly Seen[] }

/** Exit codes that are not true. */
function findLies({ fault, ended, hosts, counted, others }: Struck & Counted): string[] {
  const { exitCode } = ended
  const all = (version: Version): boolean =>
    counted.every(({ served }) => served === version) && hosts.every(({ recorded }) => recorded === version)
  const isKilled = fault.loses === 'dray' && exitCode === 137
  const text = `it said ${exitCode}, and ${describe(hosts)}`
  if (exitCode === 0 && !all('new')) return [text]
  if ([1, 3, 130].includes(exitCode) && !all('old')) return [text]
  // Whatever became of the host that was struck, the others are never on different releases.
  if (exitCode === 4 && new Set(others.map(({ served, recorded }) => `${served} ${recorded}`)).size > 1)
    return [text]
  if (![0, 1, 3, 4, 130].includes(exitCode) && !isKilled) return [`it ended with ${exitCode}`]
  return []
}

/** A status that is content while hosts differ. */
function findSilence({ status, hosts, counted }: Pick<Look, 'status'> & Omit<Counted, 'others'>): string[] {
  const differ = (versions: readonly Version[]): boolean => new Set(versions).size > 1
  const isMixed = differ(counted.map(({ served }) => served)) || differ(hosts.map(({ recorded }) => recorded))
  return isMixed && status.exitCode === 0 ? [`status is content, and ${describe(hosts)}`] : []
}

/** Journals of the other hosts that do not name the one that was lost. */
async function findUnnamed({ ended, victimIndex }: Struck, members: Fleet['members']): Promise<string[]> {
  if (readDeployResult(ended).failure?.code !== 'HOST_LOST') return []
  const victim = members[victimIndex]?.app.server.sshTarget ?? ''
  const problems = members.map(async ({ app }, index) => {
    if (index === victimIndex) return []
    const { stdout } = await app.server.run(['tail', '-n', '40', `${app.path}/.dray/journal.ndjson`])
    const isNamed = stdout.split('\n').some((line) => /"lost":\[[^\]]+\]/.test(line) && line.includes(victim))
    return isNamed ? [] : [`the journal of ${app.server.name} does not name ${victim}`]
  })
  return (await Promise.all(problems)).flat()
}

function describe(hosts: readonly Seen[]): string {
  return hosts.map(({ served, recorded }) => `${served} answers with ${recorded} on record`).join(', ')
}

async function readStatus({ app }: FleetMember): Promise<Look['status']> {
  const { exitCode, stdout, stderr } = await app.dray(['status', 'test', '--exit-code', '--json'])
  const line = stdout.split('\n').find((it) => it.includes('"type":"status"'))
  if (line === undefined) return { exitCode, verdicts: [stdout.trim(), stderr.trim()] }
  const { hosts } = JSON.parse(line) as EnvironmentStatus
  return { exitCode, verdicts: hosts.map(({ verdict }) => verdict) }
}

/** What is not in order after the next run: on a host, or between hosts. */
export async function findFleetProblems({ members }: Fleet, tag: string): Promise<string[]> {
  const own = await Promise.all(
    members.map(async ({ app, before }) => {
      await untilServed(app)
      const problems = await findProblems(app, { tag, before })
      return problems.map((problem) => `${app.server.name}: ${problem}`)
    }),
  )
  const newest = await Promise.all(members.map(async (it) => (await newestRecord(it)).id))
  const { exitCode, verdicts } = await readStatus(members[0])
  return [
    ...own.flat(),
    ...(new Set(newest).size === 1 ? [] : [`the current releases are ${newest.join(', ')}`]),
    ...(exitCode === 0 ? [] : [`status says ${exitCode}: ${verdicts.join(', ')}`]),
  ]
}

async function newestRecord({ app }: FleetMember): Promise<{ id?: string; tag?: string }> {
  const script = `cat "$(ls -d ${app.path}/.dray/releases/r* | sort -V | tail -n 1)/release.json"`
  const { exitCode, stdout } = await app.server.run(['sh', '-c', script])
  return exitCode === 0 ? (JSON.parse(stdout) as { id: string; tag: string }) : {}
}
