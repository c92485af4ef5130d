import { describe, expect, test } from 'vitest'
import { parseShell } from '../../../../src/check/parse/parse-shell.ts'
import type { ShellCommand } from '../../../../src/check/parse/shell-command.ts'
import { textOf } from '../../../../src/check/source-file.ts'
import { cpuMsOf } from '../../../support/cpu-time.ts'

function parse(text: string): ShellCommand[] {
  return parseShell({ file: { path: 'deploy.sh', text }, start: 0, end: text.length })
}

/** The words of each command, with a bar between them. */
function wordsIn(text: string): string[] {
  return parse(text).map(({ words }) => words.map((word) => word.text).join('|'))
}

function find(text: string, program: string): ShellCommand | undefined {
  return parse(text).find((command) => command.program === program)
}

describe('a command that deletes volumes is found', () => {
  const prune = 'docker system prune -af --volumes'

  test.each([
    ['alone', prune],
    ['with a directory', `/usr/bin/${prune}`],
    ['after sudo with options', `sudo -E -u deploy ${prune}`],
    ['in backticks', `echo "\`${prune}\`"`],
    ['in backticks in backticks', `echo \`echo \\\`${prune}\\\`\``],
    ['in backticks in a substitution', `echo "$(echo \`${prune}\`)"`],
    ['in a substitution in a substitution', `echo "$(echo "x $(echo "$(${prune})")")"`],
    ['in the second substitution of a word', `echo "$(date) and $(${prune})"`],
    ['in the default of a variable', `echo "\${X:-$(${prune})}"`],
    ['in arithmetic', `echo $((1 + $(${prune})))`],
    ['in an assignment', `X=$(${prune})`],
    ['in an array', `X=(a "$(${prune})")`],
    ['in a test', `[[ -n $(${prune}) ]]`],
    ['in a process substitution', `diff <(${prune}) /dev/null`],
    ['in the words of a loop', `for x in $(${prune}); do echo "$x"; done`],
    ['in a here-document that is filled in', `cat <<END\n$(${prune})\nEND`],
    ['after a quote in a quote', `echo $'it\\'s'; ${prune}`],
    ['after a bracket in quotes', `echo "a ) $(echo ")") b"; ${prune}`],
    ['after a comment with a quote', `# it's\n${prune}`],
    ['after a here-document with a quote', `cat <<'END'\nit's\nEND\n${prune}`],
    ['after an expression with a quote', `echo \${{ format('it''s {0}', github.sha) }}\n${prune}`],
    ['in a function', `clean() {\n  ${prune}\n}`],
    ['in a function of bash', `function clean {\n  ${prune}\n}`],
    ['in a condition', `if ${prune}; then echo; fi`],
    ['in a branch', `if x; then echo; elif y; then echo; else ${prune}; fi`],
    ['in a case', `case $1 in\n  a|b) ${prune} ;;\n  *) echo ;;\nesac`],
    ['in a loop', `while read -r x; do ${prune}; done < file`],
    ['in a loop of C', `for ((i = 0; i < 3; i++)); do ${prune}; done`],
    ['in a subshell', `(cd /srv && ${prune})`],
    ['in a group', `{ ${prune}; } > log`],
    ['in a pipeline', `yes | ${prune}`],
    ['negated', `! ${prune}`],
    ['timed', `time ${prune}`],
    ['in the background', `${prune} &`],
    ['over several lines', 'docker system \\\n  prune -af \\\n  --volumes'],
    ['with carriage returns', `set -eu\r\n${prune}\r\n`],
    ['for a shell', `sh -c '${prune}'`],
    ['for a shell in a shell', `bash -c "sh -c \\"${prune}\\""`],
    ['for eval', `eval "${prune}"`],
    ['for a server', `ssh deploy@shop.example.com "cd /srv && ${prune}"`],
    ['for a server, in escaped backticks', `ssh shop "echo \\\`${prune}\\\`"`],
    ['for a server, in an escaped substitution', `ssh shop "echo \\$(${prune})"`],
    ['in a here-document for a server', `ssh shop <<END\n${prune}\nEND`],
    ['in an indented one', `ssh shop <<-'END'\n\t${prune}\n\tEND`],
    ['in one that is piped to a shell', `cat <<END | ssh shop bash\n${prune}\nEND`],
    ['after a word that no shell knows', `then x ) ;;\n${prune}`],
    ['in a block that does not end', `if x; then\n${prune}`],
    ['in a substitution that does not end', `echo $(${prune}`],
  ])('%s', (_, text) => {
    const found = parse(text).filter(({ program }) => program === 'docker')
    expect(found.map(({ words }) => words.slice(1).map((word) => word.text))).toEqual([
      ['system', 'prune', '-af', '--volumes'],
    ])
    for (const { words } of found) for (const word of words.slice(1)) expect(textOf(word)).toBe(word.text)
  })

  test.each([
    ['in single quotes', `echo '$(${prune}) \`${prune}\`'`],
    ['in a comment', `echo # ${prune}`],
    ['in a here-document that is not filled in', `cat > clean.sh <<'END'\n$(${prune})\nEND`],
    ['as an argument', `echo ${prune}`],
    ['escaped', `echo "\\$(${prune}) \\\`${prune}\\\`"`],
  ])('but not %s', (_, text) => {
    expect(parse(text).filter(({ program }) => program === 'docker')).toEqual([])
  })
})

describe('words', () => {
  test('have no quotes, and their variables as they are written', () => {
    expect(wordsIn(`docker login -u "$USER" -p'x y'"\${TOKEN}"z \\$a $'tab\\t'`)).toEqual([
      'docker|login|-u|$USER|-px y${TOKEN}z|$a|tab\t',
    ])
  })

  test('keep an expression of GitHub whole', () => {
    expect(wordsIn(`docker push "ghcr.io/\${{ github.repository }}:\${{ env.A || 'b c' }}"`)).toEqual([
      "docker|push|ghcr.io/${{ github.repository }}:${{ env.A || 'b c' }}",
    ])
    expect(wordsIn(`\${{ inputs.program }} \${{ a }}\${{ b }}\necho \${{ open`)).toEqual([
      '${{ inputs.program }}|${{ a }}${{ b }}',
      'echo|${{ open',
    ])
  })

  test('leave assignments, sudo and what else stands before a program out', () => {
    expect(wordsIn('A=1 B="x y" sudo -Hu app C=2 exec /usr/bin/env x')).toEqual(['x'])
    expect(wordsIn('timeout -k 5 60 nice -n 10 env -u A B=1 docker ps')).toEqual(['docker|ps'])
    expect(wordsIn('docker ps -q | xargs -r -n 1 docker stop')).toEqual(['docker|ps|-q', 'docker|stop'])
    expect(wordsIn('command -v docker')).toEqual(['command|-v|docker'])
  })

  test('of sshpass stand beside those of the program behind it', () => {
    expect(wordsIn('sshpass -p x rsync -a --delete ./ shop:/srv')).toEqual([
      'sshpass|-p|x|rsync|-a|--delete|./|shop:/srv',
      'rsync|-a|--delete|./|shop:/srv',
    ])
    expect(wordsIn('A=1 > file')).toEqual([])
  })

  test('of a list of values are one', () => {
    expect(wordsIn('export A=1 B=(x "y z") C')).toEqual(['export|A=1|B=(x "y z")|C'])
  })
})

describe('a command acts on a server', () => {
  const docker = (text: string): boolean | undefined => find(text, 'docker')?.isOnServer

  test.each([
    ['in a text for ssh', "ssh shop 'cd /srv && docker ps'"],
    ['in a text for a shell there', 'ssh shop "sudo sh -c \'docker ps; true\'"'],
    ['in words for ssh', 'ssh -p 22 -o BatchMode=yes deploy@shop sudo docker ps'],
    ['in a here-document for ssh', 'ssh shop <<END\ndocker ps\nEND'],
    ['in one that is piped to ssh', 'cat <<END | ssh shop bash\ndocker ps\nEND'],
    ['behind sshpass', "sshpass -e ssh shop 'docker ps -a'"],
    ['with a context', 'docker --context shop ps'],
    ['with a host', 'docker -H=ssh://shop ps'],
    ['with a host for Compose', 'docker compose -H ssh://shop ps'],
  ])('%s', (_, text) => {
    expect(docker(text)).toBe(true)
  })

  test.each([
    ['beside ssh', 'docker ps; ssh shop uptime'],
    ['in a text for a shell here', "sh -c 'docker ps -a'"],
    ['in a here-document for one', 'bash <<END\ndocker ps\nEND'],
    ['with the default context', 'docker --context default ps'],
    ['with a local socket', 'docker -H unix:///run/docker.sock ps'],
    ['to log in', 'docker --context shop login ghcr.io'],
    ['with an option of the verb', 'docker run -c 512 app'],
  ])('but not %s', (_, text) => {
    expect(docker(text)).toBe(false)
  })
})

describe('a command', () => {
  test('stands where it is in the file, in an indented block too', () => {
    const text = 'run: |\n    if x; then\n      scp "a b" host:\n    fi\n'
    const [, command] = parseShell({ file: { path: 'a.yml', text }, start: 7, end: text.length })
    expect(command && textOf(command)).toBe('scp "a b" host:')
    expect(command?.words.map(textOf)).toEqual(['scp', '"a b"', 'host:'])
  })

  test('has its output and its input', () => {
    const [echo, login] = parse('echo "$TOKEN" | docker login --password-stdin 2>&1 > log 2>> errors')
    expect(echo).toMatchObject({ isPiped: true, hasInput: false, redirects: [] })
    expect(login).toMatchObject({ isPiped: false, hasInput: true })
    expect(login?.redirects.map(({ text }) => text)).toEqual(['log', 'errors'])
    expect(find('cat < file', 'cat')).toMatchObject({ hasInput: true })
    expect(find('cat <<< word', 'cat')).toMatchObject({ hasInput: true })
  })

  test('in a block has those of the block', () => {
    expect(find('{ echo a; } | cat', 'echo')).toMatchObject({ isPiped: true })
    expect(find('(echo a; echo b) > file', 'echo')?.redirects.map(({ text }) => text)).toEqual(['file'])
    expect(find('(echo a > own) > file', 'echo')?.redirects.map(({ text }) => text)).toEqual(['own'])
    expect(find('cat list | while read -r x; do ssh "$x" y; done', 'ssh')).toMatchObject({ hasInput: true })
    expect(find('x=$(echo a) | cat', 'echo')).toMatchObject({ isPiped: false })
  })

  test('has the text of its here-document', () => {
    const text = 'cat > .env <<END\nTOKEN=$TOKEN\nEND\ncat <<"E"\n$x\nE\n'
    const [filled, literal] = parse(text).map(({ document }) => document)
    expect(filled && textOf(filled)).toBe('TOKEN=$TOKEN\n')
    expect(filled?.isLiteral).toBe(false)
    expect(literal?.isLiteral).toBe(true)
  })

  test('is bare only where the file itself is its text', () => {
    const text = 'a $(b) `c`; sh -c "d x"; e <(f); if g; then h; fi; ssh s <<END\ni\nEND\n'
    const bare = parse(text).filter(({ isBare }) => isBare)
    expect(bare.map(({ program }) => program)).toEqual(['a', 'sh', 'e', 'g', 'h', 'ssh', 'i'])
    const span = { file: { path: 'a.yml', text: 'a' }, start: 0, end: 1 }
    expect(parseShell(span, { isBare: false })).toMatchObject([{ isBare: false }])
  })
})

describe('text that is no shell, or too much of it', { timeout: 120_000 }, () => {
  const end = '\ndocker system prune -af --volumes\n'

  test.each([
    ['one long line', `echo ${'x'.repeat(900_000)}${end}`],
    ['one long line of quotes', `echo '${'{"a": ":("} '.repeat(20_000)}'${end}`],
    ['many lines', 'docker ps -a\n'.repeat(20_000) + end],
    ['functions of functions', 'a() '.repeat(20_000) + end],
    ['one keyword after another', 'coproc '.repeat(20_000) + end],
  ])('takes moments: %s, and the command after it is found', (_, text) => {
    let found: ShellCommand[] = []
    expect(cpuMsOf(() => (found = parse(text)))).toBeLessThan(8_000)
    expect(found.at(-1)?.words.map((word) => word.text)).toEqual([
      'docker',
      'system',
      'prune',
      '-af',
      '--volumes',
    ])
  })

  test.each(['"${a:-', '"$(', '(', '$((', '<<A ', '<<A\n$(', '$${', 'sh -c "$(a ', '${{', '[[ $('])(
    'takes moments: 300 kB of %j',
    (piece) => {
      const text = piece.repeat(300_000 / piece.length)
      expect(cpuMsOf(() => parse(text))).toBeLessThan(8_000)
    },
  )
})
