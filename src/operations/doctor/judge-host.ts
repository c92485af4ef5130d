import type { Check, CheckName, CheckOutcome, HostCheckup } from './checkup.ts'
import type { DoctorObservation } from './doctor-observation.ts'
import { judgeImages, judgePlan, judgePorts, judgeRegistries, judgeUrl } from './judge-app.ts'
import {
  judgeExternals,
  judgeNodeAccess,
  judgeNodeImages,
  judgeNodes,
  judgeStackFile,
  judgeSwarm,
} from './judge-swarm.ts'
import { judgeClock, judgeDisk, judgeEnvFile, judgeTools } from './judge-server.ts'
import { counted, failed, good, outcomeOf } from './outcomes.ts'

/**
 * Checks everything that a deploy needs on a host. A check that could not run names the check that it depends on. Pure.
 */
export function judgeHost(scene: DoctorObservation): HostCheckup {
  const { host, connection, server, engine, app, images, registries, swarm } = scene
  const seen = server !== undefined && 'value' in server ? server.value : undefined
  const checks: Check[] = []
  const add = (name: CheckName, outcome: CheckOutcome | undefined, ...needs: CheckName[]): void => {
    checks.push({ name, ...(outcome ?? unknownFor(needs, checks)) })
  }

  add(
    'ssh',
    outcomeOf(connection, ({ durationMs }) => `answers in ${Math.round(durationMs)} ms`),
  )
  add(
    'tools',
    server && ('failure' in server ? failed(server.failure) : judgeTools(server.value, host)),
    'ssh',
  )
  add(
    'docker',
    outcomeOf(engine, ({ version }) => version),
    'ssh',
  )
  add('compose', outcomeOf(seen?.compose, String), 'tools', 'docker')
  add('directory', outcomeOf(seen?.directory, String), 'tools')
  add('env', seen?.envFile && judgeEnvFile(seen.envFile, scene), 'tools', 'directory')
  const canSeeLock = seen !== undefined && !seen.missingTools.includes('flock')
  add('lock', canSeeLock ? (seen.lock === undefined ? good('free') : failed(seen.lock)) : undefined, 'tools')
  add('disk', seen && judgeDisk(seen, scene), 'tools')
  add('clock', seen && judgeClock(seen, host), 'tools')
  if (swarm !== undefined) {
    add('swarm', judgeSwarm(swarm), 'docker')
    add('nodes', judgeNodes(swarm, host), 'swarm')
    const access = judgeNodeAccess(swarm)
    if (access !== undefined) add('node-access', access)
  }
  const model = outcomeOf(app, ({ app: { services, inactive = [] } }) =>
    [
      counted(services.length, 'service'),
      inactive.length === 0 ? [] : `${inactive.length} with a profile that is not active`,
    ]
      .flat()
      .join(', '),
  )
  add('app', judgeStackFile(scene) ?? model, 'tools', 'docker', 'compose', 'directory', 'env')
  if (swarm !== undefined) add('externals', judgeExternals(scene), 'swarm', 'app')
  if (images === undefined) add('image', undefined, 'app', 'docker')
  else checks.push(...judgeImages(images))
  if (registries === undefined) add('registry', undefined, 'app', 'docker')
  else checks.push(...judgeRegistries(registries, host))
  if (swarm === undefined) add('ports', judgePorts(scene), 'app', 'docker')
  else add('node-images', judgeNodeImages(scene), 'swarm', 'app')
  add('url', judgeUrl(scene), 'app')
  add('plan', judgePlan(scene), ...checks.map(({ name }) => name))
  return { host, checks }
}

/** The first failed check among those needed; if that one is itself unknown, the check that it needs. */
function unknownFor(needs: readonly CheckName[], checks: readonly Check[]): CheckOutcome {
  const needed = checks.filter(({ name }) => needs.includes(name))
  const missing = needed.find(({ outcome }) => outcome === 'failed') ?? needed.find(isSkipped)
  if (missing !== undefined && isSkipped(missing)) return { outcome: 'skipped', needs: missing.needs }
  return { outcome: 'skipped', needs: missing?.name ?? 'ssh' }
}

function isSkipped(check: Check): check is Extract<Check, { outcome: 'skipped' }> {
  return check.outcome === 'skipped'
}
