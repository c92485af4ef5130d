import { prepareOutside, startOutside } from './outside.ts'
import type { Version } from './own-images.ts'
import { composeByHand, containersOf, copyByHand, type Site } from './site.ts'
import type { Stage } from './stage.ts'

/** Starts a version as its owner would, without dray. @throws with what Compose said when not all of it runs */
export async function startByHand(site: Site, version: Version): Promise<void> {
  await copyByHand(site, version)
  await prepareOutside(site.server, site.app)
  await composeByHand(site, 'pull --quiet', version.tag)
  await upByHand(site, version.tag)
  await startOutside(site.server, site.app)
}

/** Three times at most: a proxy that did not find a name, and that nothing starts again, is up the next time. */
async function upByHand(site: Site, tag: string): Promise<void> {
  let said = ''
  for (let attempt = 0; attempt < 3; attempt++) {
    const { exitCode, stderr } = await composeByHand(site, 'up -d', tag)
    said = stderr
    const down = (await containersOf(site)).filter(
      ({ service, state }) => state !== 'running' && site.app.layout.roles.get(service) !== 'once',
    )
    if (exitCode === 0 && down.length === 0) return
    said = `${said}\n${down.map(({ service, state }) => `${service} ${state}`).join(', ')}`
  }
  throw new Error(`docker compose up -d by hand did not start everything: ${said.trim().slice(-600)}`)
}

/** Services whose containers a `docker compose up -d` by hand replaces, though nothing has changed. */
export async function changesByHand(site: Site): Promise<string[]> {
  const before = await containersOf(site)
  const { exitCode, stderr } = await composeByHand(site, 'up -d')
  if (exitCode !== 0) return [`docker compose up -d failed: ${stderr.trim().slice(-300)}`]
  const after = await containersOf(site)
  const known = new Set(before.map(({ id }) => id))
  const left = new Set(after.map(({ id }) => id))
  const changed = [...after.filter(({ id }) => !known.has(id)), ...before.filter(({ id }) => !left.has(id))]
  return [...new Set(changed.map(({ service }) => service))]
}

/** An administrator's repair of a site that is down: starts missing containers, then restarts the proxy. */
export async function restoreByHand({ site, traffic, places }: Stage): Promise<void> {
  await composeByHand(site, 'up -d --remove-orphans')
  const doors = new Set(places.flatMap(({ door }) => door ?? []))
  for (const service of doors) {
    if (site.app.layout.roles.has(service)) await composeByHand(site, `restart ${service}`)
  }
  await traffic.untilAnswered(Date.now() + 1000, 4)
}
