import { access, chmod, mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { parseEnvFile, readAndDeleteEnvFile } from '../../../src/config/env-file.ts'
import { failureOf, makeProject } from '../../support/make-project.ts'

const isThere = async (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  )

describe('the content of the file', () => {
  test('values are kept as they are, and never evaluated', () => {
    const lines = [
      'A=two words',
      'B=x=y',
      'C=#no comment',
      'D=$HOME $(id) `id`',
      'E=',
      "F=it's",
      'G= x ',
      'H=a\\n',
    ]
    expect([...parseEnvFile(lines.join('\n')).values]).toEqual([
      ['A', 'two words'],
      ['B', 'x=y'],
      ['C', '#no comment'],
      ['D', '$HOME $(id) `id`'],
      ['E', ''],
      ['F', "it's"],
      ['G', ' x '],
      ['H', 'a\\n'],
    ])
  })

  test('the last line needs no newline, and the last assignment of a name counts', () => {
    expect([...parseEnvFile('A=1\nA=2\nIMAGE_TAG=abc').values]).toEqual([
      ['A', '2'],
      ['IMAGE_TAG', 'abc'],
    ])
  })

  test('lines that are no assignment are ignored without a word', () => {
    expect(parseEnvFile('# A=1\n\n A=1\n=1\nA\n-A=1\n')).toEqual({ values: new Map(), warnings: [] })
  })
})

describe('likely mistakes', () => {
  test.each([
    [
      'export A=1',
      'Line 2 was ignored: the text before `=` is not the name of a variable. Write NAME=value without `export`.',
    ],
    ['1A=secret', 'Line 2 was ignored: the text before `=` is not the name of a variable.'],
    [
      "A='secret'",
      'Line 2 has quotes around the value of A, which stay part of the value. Remove them if they are not intended.',
    ],
    [
      'A="secret"',
      'Line 2 has quotes around the value of A, which stay part of the value. Remove them if they are not intended.',
    ],
    ['A=secret\r', 'Line 2 ends with a carriage return (Windows line ends), which was removed.'],
  ])('%j is warned of by its line, without the value', (line, warning) => {
    const { warnings } = parseEnvFile(`X=1\n${line}\n`)
    expect(warnings).toEqual([warning])
    expect(warnings.join()).not.toContain('secret')
  })

  test('a file of Windows line ends gives one warning and clean values', () => {
    const { values, warnings } = parseEnvFile('A=1\r\nB=2\r\n')
    expect([...values]).toEqual([
      ['A', '1'],
      ['B', '2'],
    ])
    expect(warnings).toEqual([
      '2 lines (the first is line 1) end with a carriage return (Windows line ends), which was removed.',
    ])
  })

  test('quotes are kept as the shell loop keeps them', () => {
    expect(parseEnvFile("A='x'").values.get('A')).toBe("'x'")
  })

  test('a byte order mark does not hide the first line', () => {
    const { values, warnings } = parseEnvFile('\uFEFFA=1\n')
    expect(values.get('A')).toBe('1')
    expect(warnings).toHaveLength(1)
  })
})

describe('the file is deleted', () => {
  test('once it is read', async () => {
    const directory = await makeProject({ '.env.deploy': 'IMAGE_TAG=abc' })
    const file = path.join(directory, '.env.deploy')
    expect((await readAndDeleteEnvFile(file)).values.get('IMAGE_TAG')).toBe('abc')
    expect(await isThere(file)).toBe(false)
  })

  test('also when it is no text', async () => {
    const directory = await makeProject({})
    const file = path.join(directory, '.env.deploy')
    await writeFile(file, Buffer.from('\uFEFFA=1', 'utf16le'))
    const error = await failureOf(readAndDeleteEnvFile(file))
    expect(error.code).toBe('ENV_FILE_INVALID')
    expect(error.message).toContain('is not UTF-8 text')
    expect(await isThere(file)).toBe(false)
  })

  test('but not the target of a link', async () => {
    const directory = await makeProject({ target: 'A=1' })
    const link = path.join(directory, '.env.deploy')
    await symlink('target', link)
    expect((await readAndDeleteEnvFile(link)).values.get('A')).toBe('1')
    expect(await isThere(link)).toBe(false)
    expect(await readFile(path.join(directory, 'target'), 'utf8')).toBe('A=1')
  })

  test('also when it is a link to nowhere', async () => {
    const directory = await makeProject({})
    const link = path.join(directory, '.env.deploy')
    await symlink('nowhere', link)
    const error = await failureOf(readAndDeleteEnvFile(link))
    expect(error.message).toContain('does not exist')
    await expect(readFile(link)).rejects.toThrow()
    const { readdir } = await import('node:fs/promises')
    expect(await readdir(directory)).toEqual([])
  })
})

test('a file that is named must be there', async () => {
  const directory = await makeProject({})
  const error = await failureOf(readAndDeleteEnvFile(path.join(directory, '.env.deploy')))
  expect(error.code).toBe('ENV_FILE_INVALID')
})

test('a directory is refused and left alone', async () => {
  const directory = await makeProject({})
  const file = path.join(directory, '.env.deploy')
  await mkdir(file)
  expect((await failureOf(readAndDeleteEnvFile(file))).message).toContain('cannot be read')
  expect(await isThere(file)).toBe(true)
})

test("the app's own .env is refused and left alone", async () => {
  const directory = await makeProject({ '.env': 'DATABASE_URL=x' })
  const file = path.join(directory, '.env')
  await chmod(file, 0o600)
  expect((await failureOf(readAndDeleteEnvFile(file))).code).toBe('ENV_FILE_INVALID')
  expect(await readFile(file, 'utf8')).toBe('DATABASE_URL=x')
})
