import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createEngine, type DockerEngine } from '../../src/adapters/docker/engine-api.ts'
import { assertEngineSupported } from '../../src/adapters/docker/engine-version.ts'
import type { CommandRunner } from '../../src/adapters/host/command-runner.ts'

export type EngineSetUp = {
  /** Connected; the code that made it disposes of it. */
  runner: CommandRunner
  /** An image of the machine's Engine that has a shell and the usual small programs. */
  image: string
}

let projects = 0

/** What an Engine does for the deploy, whatever its version and wherever it is. */
export function engineContract(name: string, setUp: () => Promise<EngineSetUp>): void {
  describe(`${name} keeps the contract of an engine`, () => {
    const project = `contract-${(projects += 1)}`
    let runner: CommandRunner
    let image: string
    let engine: DockerEngine

    beforeAll(async () => {
      const made = await setUp()
      runner = made.runner
      image = made.image
      engine = createEngine(runner)
    })
    afterAll(async () => {
      const containers = await engine.containers(project)
      await Promise.all(
        containers.map(({ id }) => engine.remove(id, { force: true, anonymousVolumes: true })),
      )
      await engine.removeImage(`${project}:tagged`)
      engine[Symbol.dispose]()
    })

    async function docker(...argv: string[]): Promise<string> {
      const { exitCode, stdout, stderr } = await runner.run(['docker', ...argv])
      if (exitCode !== 0) throw new Error(stderr)
      return stdout.trim()
    }

    function start(script: string, ...options: string[]): Promise<string> {
      const labels = ['project', 'service', 'config-hash'].flatMap((key, index) => [
        '--label',
        `com.docker.compose.${key}=${[project, 'api', 'abc'][index] ?? ''}`,
      ])
      return docker('run', '-d', ...labels, '--entrypoint', '/bin/sh', ...options, image, '-c', script)
    }

    test('containers that are not of the project are listed with their names and ports', async () => {
      const labels = ['project=other', 'project.working_dir=/srv/other'].flatMap((label) => [
        '--label',
        `com.docker.compose.${label}`,
      ])
      const [name, volume] = [`${project}-other`, `${project}-volume`]
      const id = await start('sleep 600', ...labels, '--name', name, '-p', '127.0.0.1:47123:53/udp')
      try {
        const others = await engine.others(project)
        expect(others.find((it) => it.name === name)).toEqual({
          name,
          project: 'other',
          directory: '/srv/other',
          ports: [{ port: '47123/udp', address: '127.0.0.1' }],
          addresses: [{ network: 'bridge', address: expect.stringMatching(/^[\d.]+$/) as string }],
        })
        expect((await engine.others('other')).some((it) => it.name === name)).toBe(false)
        expect(await engine.exists('volume', volume)).toBe(false)
        await docker('volume', 'create', volume)
        expect(await engine.exists('volume', volume)).toBe(true)
        expect(await engine.exists('network', 'bridge')).toBe(true)
      } finally {
        await docker('rm', '-f', id)
        await docker('volume', 'rm', '-f', volume)
      }
    })

    test('running containers of other projects on a network are listed', async () => {
      const network = `${project}-network`
      await docker('network', 'create', network)
      const own = await start('sleep 600', '--network', network)
      const other = ['--label', 'com.docker.compose.project=other', '--network', network]
      const ids = [await start('sleep 600', ...other), await start('true', ...other)]
      await docker('wait', ids[1] ?? '')
      try {
        const found = await engine.neighbours(project, [network])
        expect(found.map((it) => [it.project, it.container.id])).toEqual([['other', ids[0]]])
        expect(found[0]?.container.networks.map(({ name: it }) => it)).toEqual([network])
        expect(await engine.neighbours('other', [`${network}-2`])).toEqual([])
      } finally {
        for (const id of [own, ...ids]) await engine.remove(id, { force: true })
        await docker('network', 'rm', network)
      }
    })

    test('it reports its version and platform', async () => {
      const facts = await engine.observeEngine()
      expect(facts).toMatchObject({
        os: 'linux',
        version: await docker('version', '-f', '{{.Server.Version}}'),
      })
      expect(facts.dataRoot).toBe(await docker('info', '-f', '{{.DockerRootDir}}'))
      expect(() => assertEngineSupported(facts.version, name)).not.toThrow()
    })

    test('it lists the containers of a project with all that is asked about them', async () => {
      const id = await start(
        'sleep 1000',
        '--name',
        `${project}-api-1`,
        '--stop-timeout',
        '3',
        '--health-cmd',
        'exit 0',
        '--health-interval',
        '5s',
      )
      const container = (await engine.containers(project)).find((one) => one.id === id)
      expect(container).toMatchObject({
        name: `${project}-api-1`,
        service: 'api',
        oneOff: false,
        imageName: image,
        configHash: 'abc',
        state: 'running',
        exitCode: 0,
        outOfMemory: false,
        restartCount: 0,
        healthCheck: { argv: ['/bin/sh', '-c', 'exit 0'], intervalMs: 5000, timeoutMs: 30_000, retries: 3 },
        stopGraceMs: 3000,
      })
      expect(container?.startedAtMs).toBeGreaterThan(Date.parse('2020-01-01'))
      expect(container?.networks[0]?.address).toMatch(/^[\d.]+$/)
      expect(await engine.container(id)).toEqual(expect.objectContaining({ id }))
    })

    test('a container that ended is listed with its exit code', async () => {
      const id = await start('exit 7')
      await docker('wait', id)
      expect(await engine.container(id)).toMatchObject({ state: 'exited', exitCode: 7, health: 'none' })
      expect(await engine.containers(project)).toContainEqual(expect.objectContaining({ id }))
      const others = await engine.containers(project, new Set([id]))
      expect(others.map((it) => it.id)).not.toContain(id)
    })

    test('it lists the command lines of the processes in a running container, and of no other', async () => {
      const id = await start('sleep 1001; true')
      expect(await engine.container(id)).toMatchObject({
        command: ['/bin/sh', '-c', 'sleep 1001; true'],
        isReadOnly: false,
      })
      await expect.poll(() => engine.processes(id)).toContain('sleep 1001')
      await engine.stop(id, 0)
      expect(await engine.processes(id)).toBeUndefined()
    })

    test('a container that is gone is an error with its id', async () => {
      await expect(engine.container('gone')).rejects.toMatchObject({
        code: 'DOCKER_FAILED',
        message: expect.stringContaining('gone') as string,
      })
    })

    describe('exec', () => {
      let id: string
      beforeAll(async () => {
        id = await start('sleep 1000')
      })

      test('gives exit code and output, and lines as they come', async () => {
        const lines: string[] = []
        const script = 'echo one; echo two; printf three; exit 3'
        const result = await engine.exec(id, ['sh', '-c', script], { onLine: (line) => lines.push(line) })
        expect(result).toEqual({ exitCode: 3, output: 'one\ntwo\nthree' })
        expect(lines).toEqual(['one', 'two', 'three'])
      })

      test('passes arguments as they are, and output stripped of control characters', async () => {
        const { output } = await engine.exec(id, ['printf', '%s|', "it's", '$HOME', '\u001b[31mred'])
        expect(output).toBe("it's|$HOME|red|")
      })

      test('runs as the user it is given', async () => {
        expect(await engine.exec(id, ['id', '-u'], { user: '1234' })).toEqual({ exitCode: 0, output: '1234' })
      })

      test('gives 127 for a program that is not there, 126 for one that cannot run', async () => {
        expect((await engine.exec(id, ['no-such-program'])).exitCode).toBe(127)
        expect((await engine.exec(id, ['/etc'])).exitCode).toBe(126)
      })

      test('gives 124 when it takes too long', async () => {
        const result = await engine.exec(id, ['sh', '-c', 'echo begun; sleep 1000'], { timeoutMs: 500 })
        expect(result.exitCode).toBe(124)
      })

      describe('with attempts', () => {
        const attempts = { most: 5, pauseMs: 50 }
        const after = (failures: number): string[] => [
          'sh',
          '-c',
          `echo x >> /tmp/${failures}; printf 'attempt %s' "$(wc -l < /tmp/${failures})"; [ "$(wc -l < /tmp/${failures})" -gt ${failures} ]`,
        ]

        test('runs it again until it passes, and gives the last output alone', async () => {
          const result = await engine.exec(id, after(3), { attempts })
          expect(result).toEqual({ exitCode: 0, output: 'attempt 4' })
        })

        test('gives up after the last of them', async () => {
          const result = await engine.exec(id, after(30), { attempts })
          expect(result).toEqual({ exitCode: 1, output: 'attempt 5' })
        })

        test('does not repeat a command that cannot run, and says why', async () => {
          expect(await engine.exec(id, ['no-such-program'], { attempts })).toMatchObject({
            exitCode: 127,
            output: expect.stringContaining('no-such-program') as string,
          })
          expect((await engine.exec(id, ['/etc'], { attempts })).exitCode).toBe(126)
        })

        test('gives each attempt its time, and 124 for one that takes too long', async () => {
          const slow = ['sh', '-c', 'sleep 1.5; exit 1']
          const result = await engine.exec(id, slow, { attempts: { most: 3, pauseMs: 10 }, timeoutMs: 4_000 })
          expect(result.exitCode).toBe(1)
          const hangs = ['sh', '-c', 'sleep 1000']
          expect((await engine.exec(id, hangs, { attempts, timeoutMs: 500 })).exitCode).toBe(124)
        })

        test('is one attempt where the container has no shell', async () => {
          const bare = await start('rm /bin/sh; exec sleep 1000')
          await expect.poll(async () => (await engine.exec(bare, ['sh', '-c', 'true'])).exitCode).toBe(127)
          expect(await engine.exec(bare, ['sleep', '0'], { attempts })).toEqual({ exitCode: 0, output: '' })
          expect((await engine.exec(bare, ['sleep', 'no'], { attempts })).exitCode).toBe(1)
        })
      })

      test('throws the reason when it is aborted', async () => {
        const controller = new AbortController()
        const running = engine.exec(id, ['sh', '-c', 'echo begun; sleep 1000'], {
          signal: controller.signal,
          onLine: () => controller.abort('enough'),
        })
        await expect(running).rejects.toBe('enough')
      })

      test('carries much output', async () => {
        const { output } = await engine.exec(id, ['seq', '1', '1500'])
        expect(output.split('\n')).toEqual(Array.from({ length: 1500 }, (_, index) => String(index + 1)))
      })

      test('runs many at once', async () => {
        const results = await Promise.all(
          Array.from({ length: 8 }, (_, n) => engine.exec(id, ['sh', '-c', `exit ${n}`])),
        )
        expect(results.map(({ exitCode }) => exitCode)).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
      })

      test('is refused in a container that has ended', async () => {
        const ended = await start('exit 0')
        await docker('wait', ended)
        await expect(engine.exec(ended, ['true'])).rejects.toMatchObject({
          code: 'DOCKER_FAILED',
          message: expect.stringContaining('not running') as string,
        })
      })
    })

    test('the last lines of a log are given, from a terminal too', async () => {
      const script = 'echo one; sleep 0.1; printf "\\033[1mtwo\\033[0m\\n" >&2; sleep 0.1; echo three'
      for (const terminal of [[], ['-t']]) {
        const id = await start(script, ...terminal)
        await docker('wait', id)
        expect(await engine.logTail(id, 2)).toEqual(['two', 'three'])
      }
    })

    test('a container is stopped in the time it is given, and removed; a second time is no error', async () => {
      const id = await start('trap "" TERM; while :; do sleep 1; done', '-v', '/data')
      await engine.stop(id, 1000)
      expect(await engine.container(id)).toMatchObject({ state: 'exited', exitCode: 137 })
      const volume = await docker('inspect', '-f', '{{(index .Mounts 0).Name}}', id)
      await engine.remove(id, { anonymousVolumes: true })
      await engine.remove(id)
      await engine.stop(id)
      await expect(docker('volume', 'inspect', volume)).rejects.toThrow(/no such volume/i)
    })

    test('a container that was stopped is started again; a second time is no error', async () => {
      const id = await start('while :; do sleep 1; done')
      await engine.stop(id, 0)
      await engine.start(id)
      await engine.start(id)
      expect(await engine.container(id)).toMatchObject({ state: 'running' })
      await engine.stop(id, 0)
      await engine.remove(id)
      await expect(engine.start(id)).rejects.toMatchObject({ code: 'DOCKER_FAILED' })
    })

    test('containers that a prune removes at the same time are gone, and it is no error', async () => {
      const filter = ['--filter', `label=com.docker.compose.project=${project}`]
      for (let turn = 0; turn < 5; turn += 1) {
        const ids = await Promise.all([1, 2, 3].map(() => start('exit 0')))
        await Promise.all(ids.map((id) => docker('wait', id)))
        // Errors of the prune do not matter here: the user who runs it sees them.
        const prune = runner.run(['docker', 'container', 'prune', '--force', ...filter])
        await Promise.all([prune, ...ids.map((id) => engine.remove(id, { force: true }))])
        const left = (await engine.containers(project)).map(({ id }) => id)
        expect(left.filter((id) => ids.includes(id))).toEqual([])
      }
    })

    test('an image gets a tag and loses it again; one in use or gone stays as it is', async () => {
      await start('sleep 1000')
      await engine.tag(image, `${project}:tagged`)
      const id = await docker('image', 'inspect', '-f', '{{.Id}}', image)
      const tagged = (await engine.images()).find((one) => one.id === id)
      expect(tagged?.tags).toContain(`${project}:tagged`)
      expect(await engine.usedImageIds()).toContain(id)
      expect(await engine.removeImage(`${project}:tagged`)).toBe(true)
      expect(await engine.removeImage(`${project}:tagged`)).toBe(false)
      expect(await engine.removeImage(id)).toBe(false)
    })
  })
}
