import { expect, test } from 'vitest'
import { attributeSamples } from '../../../bench/cpu-samples.ts'

/** As perf 6.1 printed them, shortened. 50 is the bench, 60 the first process of the server. */
const printed = `
         swapper     0/0     PERF_RECORD_FORK(50:50):(1:1)
         swapper     0/0     PERF_RECORD_FORK(51:51):(50:50)
 docker-registry     0/0     PERF_RECORD_COMM: docker-registry:51/51
         swapper     0/0     PERF_RECORD_FORK(60:60):(50:50)
         swapper     0/0     PERF_RECORD_FORK(61:61):(60:60)
         dockerd     0/0     PERF_RECORD_COMM: dockerd:61/61
         swapper     0/0     PERF_RECORD_FORK(62:62):(60:60)
 containerd-shim     0/0     PERF_RECORD_COMM: containerd-shim:62/62
         swapper     0/0     PERF_RECORD_FORK(63:63):(62:62)
           nginx     0/0     PERF_RECORD_COMM: nginx:63/63
         swapper     0/0 cpu-clock: 
            node    50/50  PERF_RECORD_FORK(70:70):(50:50)
              sh    70/70  PERF_RECORD_COMM exec: sh:70/70
              sh    70/70  cpu-clock: 
            node    70/70  PERF_RECORD_COMM exec: node:70/70
            node    70/70  PERF_RECORD_FORK(70:71):(70:70)
            node    70/71  cpu-clock: 
            node    70/70  PERF_RECORD_FORK(72:72):(70:70)
             ssh    72/72  cpu-clock: 
            node    50/50  cpu-clock: 
 docker-registry    51/53  cpu-clock: 
         dockerd    61/64  cpu-clock: 
            sshd    65/65  cpu-clock: 
            sshd    60/60  PERF_RECORD_FORK(65:65):(60:60)
            sshd    65/65  cpu-clock: 
  docker-compose    65/65  cpu-clock: 
     dray probe:    65/65  cpu-clock: 
 containerd-shim    62/62  PERF_RECORD_FORK(66:66):(62:62)
   runc:[2:INIT]    66/66  cpu-clock: 
            curl    66/66  cpu-clock: 
           nginx    63/63  cpu-clock: 
           nginx    63/63  PERF_RECORD_EXIT(63:63):(62:62)
`

test('samples count for the client, the server, and its containers, and nothing else is counted', () => {
  const shares = attributeSamples(printed.split('\n'), { benchPid: 50, serverPid: 60, sampleMs: 2 })
  expect(shares).toEqual([
    { part: 'client', command: 'sh', ms: 2 },
    { part: 'client', command: 'node', ms: 2 },
    { part: 'client', command: 'ssh', ms: 2 },
    { part: 'server', command: 'dockerd', ms: 2 },
    { part: 'server', command: 'sshd', ms: 2 },
    { part: 'server', command: 'docker-compose', ms: 2 },
    { part: 'server', command: 'shells and their tools', ms: 2 },
    { part: 'server', command: 'runc', ms: 2 },
    { part: 'containers', command: 'curl', ms: 2 },
    { part: 'containers', command: 'nginx', ms: 2 },
  ])
})
