import { describe, expect, test } from 'vitest'
import { exposedPorts, finalStages, parseDockerfile } from '../../../../src/check/parse/dockerfile.ts'
import { textOf } from '../../../../src/check/source-file.ts'

const parse = (...lines: readonly string[]): ReturnType<typeof parseDockerfile> =>
  parseDockerfile({ path: 'Dockerfile', text: lines.join('\n') })

/** `NAME value` of each instruction of the last stage. */
function lastStage(...lines: readonly string[]): string[] {
  return (parse(...lines).stages.at(-1)?.instructions ?? []).map(({ name, value }) => `${name} ${value}`)
}

describe('instructions', () => {
  test('have their name in capitals, and their value', () => {
    expect(lastStage('from node:22', '  run   npm ci  ', 'EXPOSE 3000')).toEqual([
      'RUN npm ci',
      'EXPOSE 3000',
    ])
  })

  test('may continue over lines, with comments and empty lines between', () => {
    expect(lastStage('FROM a', 'RUN one \\', '# comment', '', '  two \\', 'three')).toEqual([
      'RUN one    two  three',
    ])
  })

  test('continue after the character that a directive names, if it is at the top', () => {
    expect(lastStage('# escape=`', 'FROM a', 'RUN c:\\', 'RUN a `', 'b')).toEqual(['RUN c:\\', 'RUN a  b'])
    expect(lastStage('FROM a', '# escape=`', 'RUN a \\', 'b')).toEqual(['RUN a  b'])
  })

  test('stand where they are in the file', () => {
    const { stages } = parse(
      '# syntax=docker/dockerfile:1',
      'FROM a',
      '',
      '  RUN one \\',
      '    two',
      'USER x',
    )
    expect(stages[0]?.instructions.map(textOf)).toEqual(['RUN one \\\n    two', 'USER x'])
  })

  test('read the same with carriage returns', () => {
    expect(lastStage('FROM a\r', 'RUN <<END\r', 'x\r', 'END\r', 'RUN a \\\r', 'b\r')).toEqual([
      'RUN <<END\nx\r',
      'RUN a  b',
    ])
  })
})

describe('a here-document', () => {
  test('is part of its instruction', () => {
    const lines = ['FROM a', 'RUN <<END', 'EXPOSE 1', 'END', 'EXPOSE 2']
    expect(lastStage(...lines)).toEqual(['RUN <<END\nEXPOSE 1', 'EXPOSE 2'])
    expect(exposedPorts(parse(...lines))).toEqual(['2'])
  })

  test('ends with its own word, after tabs only where a dash says so', () => {
    expect(lastStage('FROM a', 'RUN <<-END', '\tx', '\tEND', 'USER y')).toEqual(['RUN <<-END\n\tx', 'USER y'])
    expect(lastStage('FROM a', 'RUN <<END', '\tEND', ' END', 'END', 'USER y')).toEqual([
      'RUN <<END\n\tEND\n END',
      'USER y',
    ])
  })

  test('may be one of several, and have its word in quotes', () => {
    expect(lastStage('FROM a', `COPY <<"A" <<'B' /x/`, 'EXPOSE 1', 'A', 'EXPOSE 2', 'B', 'USER y')).toEqual([
      `COPY <<"A" <<'B' /x/\nEXPOSE 1\nEXPOSE 2`,
      'USER y',
    ])
  })

  test.each([
    'RUN cat <<<word',
    'RUN echo $((1<<X))',
    'RUN echo "a <<END"',
    'ENV X=<<END',
    'LABEL a=b <<END',
  ])('does not begin in %s', (instruction) => {
    expect(lastStage('FROM a', instruction, 'USER y')).toEqual([instruction, 'USER y'])
  })
})

describe('stages', () => {
  test('have a base and a name', () => {
    const { stages } = parse('ARG V=1', 'FROM --platform=linux/amd64 node:$V AS Build', 'FROM build')
    expect(stages.map(({ base, name }) => [base, name])).toEqual([
      ['node:$V', 'Build'],
      ['build', undefined],
    ])
  })

  test('leave out what stands before the first of them', () => {
    const { globals, stages } = parse('ARG V=1', 'FROM a', 'ARG W')
    expect(globals.map(({ value }) => value)).toEqual(['V=1'])
    expect(stages).toHaveLength(1)
  })

  test('of the final image are those that the last one builds on', () => {
    const dockerfile = parse(
      'FROM node AS base',
      'EXPOSE 1',
      'FROM base AS test',
      'EXPOSE 2',
      'FROM base',
      'EXPOSE 3 4/tcp $PORT',
    )
    expect(finalStages(dockerfile).image).toBe('node')
    expect(finalStages(dockerfile).stages.map(({ base }) => base)).toEqual(['base', 'node'])
    expect(exposedPorts(dockerfile)).toEqual(['3', '4', '1'])
    expect(exposedPorts(dockerfile, 'test')).toEqual(['2', '1'])
  })

  test('that build on themselves end', () => {
    expect(finalStages(parse('FROM a AS a', 'FROM a AS b', 'FROM b AS a')).image).toBe('a')
    expect(finalStages(parse('RUN x'))).toEqual({ image: '', stages: [] })
  })
})
