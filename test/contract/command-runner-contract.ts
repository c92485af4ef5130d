import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Duplex } from 'node:stream'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { CommandRunner } from '../../src/adapters/host/command-runner.ts'
import { DrayError } from '../../src/errors/dray-error.ts'

type TestedShell = CommandRunner & Required<Pick<CommandRunner, 'dialSocket'>> & { commandsRun: number }
type Listening = { port: number; refusedPort: number }

const awkward = ['a b', "it's", '$HOME', '`id`', '"x"', '\\', '*', '', 'é☃', 'two\nlines', '-n', '#', '!']

// Listens on a port and on a socket, answers each connection once, and ends with its input.
const listener = `
  const { createServer } = require('node:net')
  const answer = (socket) => socket.once('data', (data) => socket.end('heard ' + data))
  const [server, onSocket, refused] = [answer, answer, answer].map((handler) => createServer(handler))
  refused.listen(0, '127.0.0.1', () => server.listen(0, '127.0.0.1', () => onSocket.listen(process.argv[1], () => {
    const refusedPort = refused.address().port
    refused.close(() => console.log(JSON.stringify({ port: server.address().port, refusedPort })))
  })))
  process.stdin.on('end', () => process.exit()).resume()
`

/** What every shell keeps, whatever machine is behind it. The shell is connected and disposed of here. */
export function shellContract(name: string, makeShell: () => Promise<TestedShell>): void {
  describe(`${name} keeps the contract of a shell`, () => {
    let shell: TestedShell
    let directory: string
    beforeAll(async () => {
      shell = await makeShell()
      await shell.connect()
      directory = (await shell.run(['mktemp', '-d', '/tmp/shell contract XXXXXX'])).stdout.trim()
    })
    afterAll(async () => {
      await shell.run(['rm', '-rf', directory])
      await shell[Symbol.asyncDispose]()
    })

    test('arguments arrive as they are', async () => {
      const { stdout } = await shell.run(['printf', '%s\\0', ...awkward])
      expect(stdout.split('\0').slice(0, -1)).toEqual(awkward)
    })

    test('exit code, standard output and standard error are kept apart', async () => {
      const output = await shell.run(['sh', '-c', 'echo out; echo err >&2; exit 3'])
      expect(output).toEqual({ exitCode: 3, stdout: 'out\n', stderr: 'err\n' })
    })

    test.each([0, 1, 126, 127, 255])(
      'a command that ends with %i is answered with that',
      async (exitCode) => {
        expect((await shell.run(['sh', '-c', `exit ${exitCode}`])).exitCode).toBe(exitCode)
      },
    )

    test('a command on our own streams is answered with its exit code', async () => {
      const script = '[ "$PWD" = "$1" ] && [ "$COLOUR" = "dark blue" ] && exit 200'
      const argv = ['sh', '-c', script, 'sh', directory]
      const options = { terminal: false, cwd: directory, env: { COLOUR: 'dark blue' } }
      expect(await shell.attach(argv, options)).toBe(200)
    })

    test('a command on our own streams hands on the lines of both, if they are asked for', async () => {
      const seen: string[] = []
      const take = (name: string) => async (lines: readonly string[]) => {
        seen.push(...lines.map((line) => `${name} ${line}`))
      }
      const onLines = { stdout: take('out'), stderr: take('err') }
      const script = 'echo "one two"; echo wrong >&2; sleep 0.2; printf three; exit 3'
      expect(await shell.attach(['sh', '-c', script], { terminal: false, onLines })).toBe(3)
      expect(seen.filter((line) => line.startsWith('out'))).toEqual(['out one two', 'out three'])
      expect(seen).toContain('err wrong')
    })

    test('a command on our own streams is ended when the signal aborts', async () => {
      const stopping = AbortSignal.timeout(300)
      const exitCode = await shell.attach(['sleep', '600'], { terminal: false, signal: stopping })
      expect(exitCode).toBeGreaterThan(128)
    })

    test('a program that is missing gives 127', async () => {
      expect((await shell.run(['no-such-program-here'])).exitCode).toBe(127)
    })

    test('a command runs in the directory it is given', async () => {
      expect((await shell.run(['pwd'], { cwd: directory })).stdout).toBe(`${directory}\n`)
    })

    test('a directory that is not there fails the command', async () => {
      const output = await shell.run(['pwd'], { cwd: `${directory}/missing` })
      expect(output.exitCode).not.toBe(0)
      expect(output.stdout).toBe('')
    })

    test('a command sees the environment it is given, values and all', async () => {
      const env = { PLAIN: 'x', QUOTED: `it's "$HOME"`, EMPTY: '' }
      const { stdout } = await shell.run(
        ['sh', '-c', 'printf "%s|%s|%s" "$PLAIN" "$QUOTED" "${EMPTY-unset}"'],
        {
          env,
          cwd: directory,
        },
      )
      expect(stdout).toBe(`x|it's "$HOME"|`)
    })

    test('standard input carries bytes of every kind', async () => {
      const input = Uint8Array.from({ length: 300_000 }, (_, index) => index % 256)
      await shell.run(['sh', '-c', 'cat >input'], { input, cwd: directory })
      const { stdout } = await shell.run(['od', '-An', '-v', '-tx1', 'input'], { cwd: directory })
      expect(stdout.replaceAll(/\s/g, '')).toBe(Buffer.from(input).toString('hex'))
    })

    test('standard input is empty by default', async () => {
      expect(await shell.run(['cat'])).toEqual({ exitCode: 0, stdout: '', stderr: '' })
    })

    test('a command that does not read its input is not an error', async () => {
      const output = await shell.run(['true'], { input: 'x'.repeat(1_000_000) })
      expect(output.exitCode).toBe(0)
    })

    test('lines come while the command runs, the last one without newline too', async () => {
      const lines: string[] = []
      await shell.run(['sh', '-c', 'echo one; echo two >&2; printf three'], {
        onLine: (line, stream) => lines.push(`${stream}: ${line}`),
      })
      expect(lines.toSorted()).toEqual(['stderr: two', 'stdout: one', 'stdout: three'])
    })

    test('an aborted command throws the reason, and its child processes are gone', async () => {
      const controller = new AbortController()
      const reason = new Error('enough')
      const lock = join(directory, 'lock')
      const running = shell.run(['sh', '-c', `flock "$0" sh -c 'echo locked; sleep 1000' & wait`, lock], {
        signal: controller.signal,
        onLine: () => controller.abort(reason),
      })
      await expect(running).rejects.toBe(reason)
      expect((await shell.run(['flock', '--wait', '60', lock, 'true'])).exitCode).toBe(0)
    })

    test('an aborted signal starts nothing', async () => {
      const before = shell.commandsRun
      await expect(shell.run(['true'], { signal: AbortSignal.abort('no') })).rejects.toBe('no')
      expect(shell.commandsRun).toBe(before)
    })

    test('a command that exceeds its time limit is ended and reported', async () => {
      const failure = await shell.run(['sleep', '1000'], { timeoutMs: 100 }).catch((error: unknown) => error)
      expect(failure).toBeInstanceOf(DrayError)
      expect(failure).toMatchObject({
        code: 'HOST_COMMAND_FAILED',
        message: 'sleep 1000 did not finish within 0.1 s.',
      })
    })

    test('commands run side by side', async () => {
      const outputs = await Promise.all([1, 2, 3, 4, 5].map((n) => shell.run(['sh', '-c', `echo ${n}`])))
      expect(outputs.map(({ stdout }) => stdout.trim())).toEqual(['1', '2', '3', '4', '5'])
    })

    test('a conversation answers line by line, and ends when its input ends', async () => {
      const { stream, ended } = shell.open(['sh', '-c', 'while read -r x; do echo "got $x"; done; exit 4'])
      stream.write('one\n')
      expect(String((await once(stream, 'data'))[0])).toBe('got one\n')
      stream.end('two\n')
      expect(await text(stream)).toBe('got two\n')
      expect(await ended).toEqual({ exitCode: 4, stderr: '' })
    })

    test('a conversation whose stream is destroyed ends', async () => {
      const { stream, ended } = shell.open(['cat'])
      stream.write('x')
      await once(stream, 'data')
      stream.destroy()
      await ended
      expect(stream.destroyed).toBe(true)
    })

    test('a conversation with a missing program ends with 127', async () => {
      const { stream, ended } = shell.open(['no-such-program-here'])
      stream.resume().on('error', () => undefined)
      expect((await ended).exitCode).toBe(127)
    })

    test('connections are made from the machine, to a port and to a socket, as often as asked', async () => {
      await using listening = await listen(shell, join(directory, 'socket'))
      expect(await ask(await shell.dial('127.0.0.1', listening.port))).toBe('heard hello')
      expect(await ask(await shell.dial('127.0.0.1', listening.port))).toBe('heard hello')
      expect(await ask(await shell.dialSocket(join(directory, 'socket')))).toBe('heard hello')
    })

    test('a refused connection fails before its first byte, and says so', async () => {
      await using listening = await listen(shell, join(directory, 'other socket'))
      const failure = await shell
        .dial('127.0.0.1', listening.refusedPort)
        .then(ask)
        .catch((error: unknown) => error)
      expect(failure).toMatchObject({ code: 'ECONNREFUSED' })
    })

    test('every command is counted', async () => {
      const before = shell.commandsRun
      await shell.run(['true'])
      await shell.open(['true']).ended
      expect(shell.commandsRun - before).toBe(2)
    })
  })
}

async function listen(runner: CommandRunner, socketPath: string): Promise<Listening & AsyncDisposable> {
  const { stream, ended } = runner.open([process.execPath, '-e', listener, socketPath])
  const [line] = (await once(createInterface({ input: stream }), 'line')) as [string]
  const stop = async (): Promise<void> => {
    stream.end()
    await ended
  }
  return { ...(JSON.parse(line) as Listening), [Symbol.asyncDispose]: stop }
}

async function ask(stream: Duplex): Promise<string> {
  stream.write('hello')
  return text(stream)
}
