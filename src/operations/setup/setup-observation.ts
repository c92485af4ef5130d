/** What a server is before it is made ready; nothing is judged yet. */
export type SetupObservation = {
  host: string
  distribution: {
    /** As os-release(5) has them: `debian`, `13`, `trixie`, `Debian GNU/Linux 13 (trixie)`. */
    id: string
    version: string
    codename: string
    name: string
  }
  user: {
    name: string
    group: string
    isRoot: boolean
    /** By the server's user database, which a session that is open does not see. */
    isInDockerGroup: boolean
    /** It is root, or becomes root with `sudo` and without a password. */
    canBecomeRoot: boolean
  }
  docker: {
    hasCommand: boolean
    /** The package that the Engine is from; undefined where there is none, or it came in another way. */
    enginePackage: string | undefined
    /** What `docker compose version` says; undefined where there is none. */
    composeVersion: string | undefined
    isRunning: boolean
    /** It starts when the server does. */
    isEnabled: boolean
    runningContainers: number
  }
  /** Whether Docker's own apt repository has this release and can be reached; undefined where nothing is to be installed. */
  dockerRepository: { isReachable: true } | { isReachable: false; reason: string } | undefined
  /** Text of /etc/docker/daemon.json. */
  daemonConfig: string | undefined
  /** The app's directory: `empty` and `foreign` cannot be written by the user. */
  directory: 'missing' | 'writable' | 'empty' | 'foreign'
  hasEnvFile: boolean
}
