import type { ProxyStart } from './proxies/proxy-start.ts'

export type ComposeMode = 'beside' | 'recreate' | 'force-recreate' | 'create'

/** Docker Compose in the app's directory, with the files there. */
export interface Compose {
  /**
   * Starts services. `beside`: adds containers up to `scale` and does not touch running ones. `recreate`: Compose replaces
   * changed containers. `force-recreate`: replaces all. `create`: like `recreate`, and starts none.
   * Throws PORT_TAKEN, DISK_FULL, IMAGE_GONE, or DOCKER_FAILED with the last lines that Compose printed.
   */
  up(request: {
    services: readonly { service: string; scale: number }[]
    mode: ComposeMode
    /** Images to use instead of those in the files, by service. */
    images?: Readonly<Record<string, string>>
    signal?: AbortSignal
  }): Promise<void>
  /**
   * Starts a stand-in of a service and does not wait for it: a one-off container without published ports, which `up`
   * ignores. It has the names of the service on its networks, `aliases` on `networks`, and `labels` besides those of the
   * service. Throws what `up` throws.
   */
  startStandIn(request: {
    service: string
    containerName: string
    aliases: readonly string[]
    networks: readonly string[]
    labels?: Readonly<Record<string, string>>
    signal?: AbortSignal
  }): Promise<void>
  /**
   * Runs a program of a service in a throw-away container, with the files in the directory and on the networks of the app, by way
   * of `start` if that is given. `names` have an address there, whether their containers run or not. Returns undefined if the
   * program is not started there, or does not end within `timeoutMs`. Throws HOST_UNREACHABLE, and the signal's reason if it
   * aborts.
   */
  tryOut(request: {
    service: string
    argv: readonly string[]
    start?: ProxyStart
    names: readonly string[]
    timeoutMs: number
    signal?: AbortSignal
  }): Promise<{ exitCode: number; output: readonly string[] } | undefined>
  /**
   * Runs a one-off container of a service to completion and returns its exit code. The container is always removed.
   * `onStarted` is called if it ran: before this returns, also with a failure. Throws HOST_COMMAND_FAILED after `timeoutMs`, HOST_UNREACHABLE, and the signal's reason if it aborts.
   */
  runTask(request: {
    service: string
    argv: readonly string[]
    onLine: (line: string, stream: 'stdout' | 'stderr') => void
    onStarted?: () => void
    timeoutMs?: number
    signal?: AbortSignal
  }): Promise<number>
}
