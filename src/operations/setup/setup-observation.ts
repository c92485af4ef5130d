/** State of a server before the set-up. */
export type SetupObservation = {
  host: string
  distribution: {
    /** As in os-release(5): `debian`, `13`, `trixie`, `Debian GNU/Linux 13 (trixie)`. */
    id: string
    version: string
    codename: string
    name: string
  }
  user: {
    name: string
    group: string
    isRoot: boolean
    /** According to the server's user database; an open session does not see a change. */
    isInDockerGroup: boolean
    /** Root, or able to become root with `sudo` without a password. */
    canBecomeRoot: boolean
  }
  docker: {
    hasCommand: boolean
    /** Package of the Engine; undefined if there is no Engine or it is not from a package. */
    enginePackage: string | undefined
    /** Output of `docker compose version`; undefined if Compose is missing. */
    composeVersion: string | undefined
    isRunning: boolean
    /** Docker starts at boot. */
    isEnabled: boolean
    runningContainers: number
  }
  /** Whether Docker's apt repository supports this release and is reachable; undefined if nothing needs installing. */
  dockerRepository: { isReachable: true } | { isReachable: false; reason: string } | undefined
  /** Content of /etc/docker/daemon.json. */
  daemonConfig: string | undefined
  /** The app's directory; `empty` and `foreign` are not writable by the user. */
  directory: 'missing' | 'writable' | 'empty' | 'foreign'
  hasEnvFile: boolean
}
