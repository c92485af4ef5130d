import { expect, test } from 'vitest'
import { readRefusal, readRefusedLogin, readSshFailure } from '../../../../src/adapters/host/ssh-failure.ts'

const changedKey = `@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@
@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @
@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@
IT IS POSSIBLE THAT SOMEONE IS DOING SOMETHING NASTY!
Someone could be eavesdropping on you right now (man-in-the-middle attack)!
It is also possible that a host key has just been changed.
The fingerprint for the ED25519 key sent by the remote host is
SHA256:4/i6RpWCnsEhy2fs0ba0iyLNlLo7nvIAKgbRDfX+krE.
Please contact your system administrator.
Add correct host key in /home/me/.ssh/known_hosts to get rid of this message.
Offending ED25519 key in /home/me/.ssh/known_hosts:1
  remove with:
  ssh-keygen -f "/home/me/.ssh/known_hosts" -R "[127.0.0.1]:2201"
Host key for [127.0.0.1]:2201 has changed and you have requested strict checking.
Host key verification failed.
`
const noKnownKey = `No ED25519 host key is known for [127.0.0.1]:2201 and you have requested strict checking.
Host key verification failed.
`

// What OpenSSH 9.2 printed.
test.each([
  ['another host key', changedKey, 'HOST_KEY_CHANGED'],
  ['no host key, no prompt', 'Host key verification failed.\n', 'HOST_KEY_UNKNOWN'],
  ['no host key, checking is strict', noKnownKey, 'HOST_KEY_UNKNOWN'],
  ['no key accepted', 'root@127.0.0.1: Permission denied (publickey).\n', 'HOST_AUTH_FAILED'],
  [
    'too many keys offered',
    'Received disconnect from 10.0.0.7 port 22:2: Too many authentication failures\nDisconnected from 10.0.0.7 port 22\n',
    'HOST_AUTH_FAILED',
  ],
  ['port closed', 'ssh: connect to host 127.0.0.1 port 1: Connection refused\n', 'HOST_UNREACHABLE'],
  [
    'name unknown',
    'ssh: Could not resolve hostname no-such-host.invalid: Name or service not known\n',
    'HOST_UNREACHABLE',
  ],
  ['address silent', 'ssh: connect to host 192.0.2.1 port 22: Connection timed out\n', 'HOST_UNREACHABLE'],
  ['line cut', 'Timeout, server srv1 not responding.\n', 'HOST_UNREACHABLE'],
  ['nothing said', '', 'HOST_UNREACHABLE'],
])('%s is recognized', (_case, stderr, code) => {
  const failure = readSshFailure(stderr, 'deploy@test.example.com')
  expect(failure.code).toBe(code)
  expect(failure.message).toContain('deploy@test.example.com')
})

test('only passing failures are temporary', () => {
  expect(readSshFailure('Timeout, server srv1 not responding.', 'srv1').temporary).toBe(true)
  expect(readSshFailure(changedKey, 'srv1').temporary).toBe(false)
})

test('a changed key comes with the command that forgets the old one', () => {
  expect(readSshFailure(changedKey, 'deploy@10.0.0.7').hint).toContain('ssh-keygen -R 10.0.0.7')
})

test('a forward forbidden by sshd differs from a port without a listener', () => {
  const forbidden = 'channel 2: open failed: administratively prohibited: open failed'
  expect(readRefusal(forbidden, 'srv1', 'localhost:80')).toMatchObject({ code: 'HOST_COMMAND_FAILED' })
  const refused = 'channel 2: open failed: connect failed: Connection refused'
  expect(readRefusal(refused, 'srv1', 'localhost:80')).toMatchObject({
    code: 'ECONNREFUSED',
    message: 'localhost:80 on srv1: Connection refused',
  })
})

test('a host key that changed is replaced where it is kept', () => {
  const hint = (file: string): string =>
    readSshFailure(changedKey.replaceAll('/home/me/.ssh/known_hosts', file), 'root@127.0.0.1:2201').hint
  expect(hint('/home/me/.ssh/known_hosts')).toContain("`ssh-keygen -R '[127.0.0.1]:2201'`")
  expect(hint('/etc/ssh/ssh_known_hosts')).toContain('`ssh-keygen -f /etc/ssh/ssh_known_hosts -R ')
  const variable = hint('/dev/shm/dray-ssh-123-abc/known_hosts')
  expect(variable).toContain('DRAY_SSH_KNOWN_HOSTS')
  expect(variable).toContain('`ssh-keyscan -p 2201 127.0.0.1`')
  expect(variable).not.toContain('ssh-keygen')
})

test('host keys of DRAY_SSH_KNOWN_HOSTS are named as such, without advice about a file of dray', () => {
  const facts = { hasKnownHosts: true, lockedKeys: [] }
  const stderr = changedKey.replaceAll('/home/me/.ssh/known_hosts', '/dev/shm/dray-ssh-123-abc/known_hosts')
  const changed = readSshFailure(stderr, 'root@srv1', facts)
  expect(changed.message).toBe('The host key of root@srv1 differs from the one in DRAY_SSH_KNOWN_HOSTS.')
  expect(changed.details.logTail?.join('\n')).not.toMatch(/dev.shm|ssh-keygen|remove with/)
  expect(changed.details.logTail).toContain('Host key verification failed.')
  const unknown = readSshFailure(noKnownKey, 'root@srv1:2201', facts)
  expect(unknown.message).toContain('is not in DRAY_SSH_KNOWN_HOSTS')
  expect(unknown.hint).toContain('DRAY_SSH_KNOWN_HOSTS: compare the output of `ssh-keyscan -p 2201 srv1`')
})

test('a key that was not offered is named, with the command that loads it', () => {
  const stderr = 'root@srv1: Permission denied (publickey).\n'
  const facts = { hasKnownHosts: false, lockedKeys: ['/root/.ssh/id_ed25519'] }
  const failure = readSshFailure(stderr, 'root@srv1', facts)
  expect(failure.message).toBe(
    'root@srv1 rejected all SSH keys that were offered. /root/.ssh/id_ed25519 was not offered: it has a passphrase, and no agent has the key.',
  )
  expect(failure.hint).toContain('`ssh-add /root/.ssh/id_ed25519`')
})

test('`dray gate` is recognized by its code, any other login program that runs no commands is not', () => {
  const other = readRefusedLogin('This account is for backups only.\n', 'srv1')
  expect(other).toMatchObject({
    code: 'HOST_COMMAND_FAILED',
    message: 'srv1 runs no commands for this user.',
  })
  const gate = readRefusedLogin(
    '✗ An SSH key was used for a request that its gate does not allow. [GATE_REFUSED]\n\n  → Allowed after `ssh HOST`: `status`.\n',
    'srv1',
  )
  expect(gate.code).toBe('GATE_REFUSED')
  expect(gate.details.logTail).toEqual([
    '✗ An SSH key was used for a request that its gate does not allow. [GATE_REFUSED]',
    '  → Allowed after `ssh HOST`: `status`.',
  ])
})
