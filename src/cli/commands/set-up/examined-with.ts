import type { RegistryClient } from '../../../adapters/registry/registry-client.ts'
import type { DesiredRelease } from '../../../deploy/model/observation.ts'
import type { AppSource, Registry } from '../../../deploy/model/ports.ts'
import type { UrlObservation } from '../../../operations/doctor/doctor-observation.ts'
import type { ConnectedHost } from '../../command/connect-hosts.ts'
import type { CliContext } from '../../command/context.ts'
import type { EnvironmentInput } from '../../command/load-environment.ts'

/** What `dray doctor` examines a host with. */
export type ExaminedWith = {
  input: EnvironmentInput
  context: CliContext
  desired: DesiredRelease
  source: AppSource
  registry: Registry
  /** A token that allows to pull an image; see RegistryClient. */
  pullToken: RegistryClient['pullToken']
  /** Looks a URL's name up on this machine. */
  lookUp: (url: string) => Promise<UrlObservation>
  /** Called with the host as soon as it is connected, so that its Engine's connections can be closed at the end. */
  onDescribed: (host: ConnectedHost) => void
  /** Called with the host once its Engine answers. */
  onUsable: (host: ConnectedHost) => void
}
