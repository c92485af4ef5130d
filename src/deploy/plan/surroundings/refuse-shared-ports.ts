import { DrayError } from '../../../errors/dray-error.ts'
import { EXIT } from '../../../errors/exit-code.ts'
import { isOneShot, type AppModel } from '../../model/app-model.ts'

/**
 * Throws PORT_TAKEN for a port of the host that two containers of the app would publish: those of two services, or of one with
 * replicas. Of a range, Docker takes a free port.
 */
export function refuseSharedPorts(app: AppModel): void {
  const seen: { service: string; port: string; address: string }[] = []
  for (const { name, ports, replicas } of app.services) {
    if (replicas === 0 || isOneShot(app, name)) continue
    for (const { published = '', protocol, hostIp = '' } of ports) {
      if (!/^\d+$/.test(published)) continue
      const port = protocol === 'tcp' ? published : `${published}/${protocol}`
      const address = hostIp === '0.0.0.0' || hostIp === '::' ? '' : hostIp
      const other = seen.find(
        (it) =>
          it.service !== name &&
          it.port === port &&
          (it.address === address || it.address === '' || address === ''),
      )
      if (other !== undefined) throw shared(`Port ${port} is published by both ${other.service} and ${name}.`)
      if (replicas > 1)
        throw shared(`Port ${port} of ${name} can have one container only, but it has ${replicas} replicas.`)
      seen.push({ service: name, port, address })
    }
  }
}

function shared(message: string): DrayError {
  return new DrayError('PORT_TAKEN', message, {
    exitCode: EXIT.precondition,
    hint: 'Publish another port in the compose file, or put a proxy in front.',
  })
}
