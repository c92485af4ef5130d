import { beforeAll, afterAll, describe, expect, test } from 'vitest'
import { createEngine, type DockerEngine } from '../../src/adapters/docker/engine-api.ts'
import type { DiskInventory } from '../../src/deploy/model/disk/inventory.ts'
import type { CommandRunner } from '../../src/adapters/host/command-runner.ts'
import type { EngineSetUp } from './engine-contract.ts'

/** What an Engine of any version reports about its disk, and removes from it. */
export function engineDiskContract(name: string, setUp: () => Promise<EngineSetUp>): void {
  describe(`${name} keeps the contract of a disk`, () => {
    let runner: CommandRunner
    let image: string
    let engine: DockerEngine

    beforeAll(async () => {
      ;({ runner, image } = await setUp())
      engine = createEngine(runner)
    })
    afterAll(() => engine[Symbol.dispose]())

    async function docker(...argv: string[]): Promise<string> {
      const { exitCode, stdout, stderr } = await runner.run(['docker', ...argv])
      if (exitCode !== 0) throw new Error(stderr)
      return stdout.trim()
    }

    const containerNamed = (inventory: DiskInventory, wanted: string) =>
      inventory.containers.find((it) => it.name === wanted)

    test('it reports images with their layers and the time of their last use', async () => {
      const before = (await engine.disk.inventory()).takenAtMs
      await docker('tag', image, 'disk-contract:touched')
      const { images, layersBytes, takenAtMs } = await engine.disk.inventory()
      const found = images.find(({ tags }) => tags.includes('disk-contract:touched'))
      expect(found?.tags).toContain(image)
      expect(found?.layers[0]).toMatch(/^sha256:[0-9a-f]{64}$/)
      expect(layersBytes).toBeGreaterThan(1_000_000)
      expect(found?.touchedAtMs).toBeGreaterThan(before - 2_000)
      expect(takenAtMs).toBeGreaterThanOrEqual(before)
      await docker('image', 'rm', 'disk-contract:touched')
    })

    test('an image counts with what no other image has', async () => {
      const build = async (tag: string, line: string): Promise<void> => {
        const script = 'printf "FROM %s\\n%s\\n" "$0" "$1" | docker build -q -t "$2" -'
        const argv = ['env', 'DOCKER_BUILDKIT=1', 'sh', '-c', script, image, line, tag]
        const { exitCode, stderr } = await runner.run(argv)
        if (exitCode !== 0) throw new Error(stderr)
      }
      await build('disk-contract:alias', 'LABEL a=b')
      await build('disk-contract:larger', 'RUN head -c 3000000 /dev/urandom >/made')
      const { images } = await engine.disk.inventory()
      const ownBytes = (tag: string): number =>
        images.find(({ tags }) => tags.includes(tag))?.ownBytes ?? Number.NaN
      expect(ownBytes('disk-contract:alias')).toBeLessThan(100_000)
      expect(ownBytes(image)).toBeLessThan(100_000)
      const larger = ownBytes('disk-contract:larger')
      expect(larger).toBeGreaterThanOrEqual(3_000_000)
      // containerd's store has it unpacked and packed.
      expect(larger).toBeLessThan(6_500_000)
      await docker('image', 'rm', 'disk-contract:alias', 'disk-contract:larger')
    })

    test('a container has its size, its idle time and its log settings', async () => {
      await docker('network', 'create', '--label', 'com.docker.compose.project=disk-contract', 'disk-net')
      const run = ['run', '-d', '--network', 'disk-net', '-v', '/data', '-v', 'disk-data:/more']
      const names = ['unlimited', 'limited']
      await docker(...run, '--name', 'unlimited', image, 'sh', '-c', 'head -c 100000 /dev/zero >/big')
      await docker(...run, '--log-opt', 'max-size=1m', '--name', 'limited', image, 'sleep', '1000')
      await docker('wait', 'unlimited')
      const inventory = await engine.disk.inventory()
      const ended = containerNamed(inventory, 'unlimited')
      const id = await docker('image', 'inspect', '-f', '{{.Id}}', image)
      expect(ended).toMatchObject({ isUp: false, imageId: id, networks: ['disk-net'], project: undefined })
      expect(ended?.volumes).toHaveLength(2)
      expect(ended?.sizeBytes).toBeGreaterThanOrEqual(100_000)
      expect(inventory.takenAtMs - (ended?.idleSinceMs ?? 0)).toBeLessThan(60_000)
      expect(ended?.log).toMatchObject({ isUnlimited: true, path: expect.stringMatching(/-json\.log$/) })
      expect(containerNamed(inventory, 'limited')).toMatchObject({ isUp: true, log: { isUnlimited: false } })
      expect(inventory.networks).toContainEqual(
        expect.objectContaining({ name: 'disk-net', project: 'disk-contract' }),
      )
      expect(inventory.networks.map((network) => network.name)).not.toContain('bridge')
      const volumes = new Map(inventory.volumes.map((volume) => [volume.name, volume]))
      expect(ended?.volumes.map((volume) => volumes.get(volume)?.isAnonymous).sort()).toEqual([false, true])

      expect(await engine.disk.removeIdleContainer(containerNamed(inventory, 'limited')?.id ?? '')).toBe(
        false,
      )
      expect(await engine.disk.removeNetwork('disk-net')).toBe(false)
      expect(await engine.disk.removeVolume('disk-data')).toBe(false)
      expect(await engine.disk.removeIdleContainer(ended?.id ?? '')).toBe(true)
      expect(await engine.disk.removeIdleContainer(ended?.id ?? '')).toBe(false)
      await docker('rm', '-fv', ...names.slice(1))
      expect(await engine.disk.removeNetwork('disk-net')).toBe(true)
      expect(await engine.disk.removeVolume('disk-data')).toBe(true)
      // What an ended container had without a name is still there: removing it removes no volume.
      expect((await engine.disk.inventory()).volumes.some(({ isAnonymous }) => isAnonymous)).toBe(true)
    })

    test('the build cache is counted and removed', async () => {
      const script =
        'printf "FROM %s\\nRUN head -c 3000000 /dev/urandom >/made\\n" "$0" | docker build -q --no-cache -'
      const built = await runner.run(['env', 'DOCKER_BUILDKIT=1', 'sh', '-c', script, image])
      await docker('image', 'rm', built.stdout.trim())
      const before = await engine.disk.inventory()
      expect(before.buildCache.freeBytes).toBeGreaterThan(0)
      await engine.disk.clearBuildCache()
      expect((await engine.disk.inventory()).buildCache.freeBytes).toBe(0)
    })

    test('one may be asked by two at once', async () => {
      const both = await Promise.all([engine.disk.inventory(), engine.disk.inventory()])
      expect(both.map(({ images }) => images.length)).toEqual([both[0].images.length, both[0].images.length])
    })
  })
}
