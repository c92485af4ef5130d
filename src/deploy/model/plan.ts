/**
 * A plan is data: the ordered steps of one deploy, each with its cause. It can be printed, compared and stored.
 */

import type { DiskThing, CleanupStage } from './disk/disk-thing.ts'
import type { Hooks, HostHookMoment } from './hooks.ts'
import type { Entrance } from './prober.ts'
import type { ForwardedPort } from './port-forwarder.ts'
import type { ProxyKind } from './proxies/proxy.ts'
import type { InactiveReleased, ReleasedService } from './release.ts'

/**
 * What the hosts do side by side in a deploy to several. Each begins when the one before it is done on every host. Traffic
 * switches in waves of hosts, which are counted from 1.
 */
export type Phase = { name: 'prepare' | 'traffic' | 'stop' | 'check' | 'record' | 'clean'; wave?: number }

/** With more hosts than this, output is grouped by phase and host. */
export const MANY_HOSTS = 4

/** `phase`: absent in a deploy to one host, and for tasks, which run once. */
type StepBase = { id: number; host: string; cause: string; phase?: Phase }

/** A step of a deploy by Docker Compose. */
export type ComposeStep = StepBase &
  (
    | { kind: 'prune-dangling' }
    /** Unused things of one kind; each is checked again before it is removed. */
    | {
        kind: 'free-disk'
        stage: CleanupStage
        things: readonly Pick<DiskThing, 'id' | 'name' | 'names' | 'sizeBytes'>[]
      }
    /** `name` is `repo@sha256:…`; `keepTag` is dray's tag, so that it does not count as dangling. */
    | {
        kind: 'pull-image'
        name: string
        keepTag: string
        tag?: string
        /** Compressed size of the image; 0 if it is there. */
        sizeBytes: number
        /** Estimate of the part that is pulled, if layers are there, or another step of the plan pulls them. */
        missingBytes?: number
        services: readonly string[]
      }
    /** The image is on the host and only gets dray's tag. */
    | { kind: 'keep-image'; name: string; keepTag: string; services: readonly string[] }
    | {
        kind: 'place-files'
        changed: readonly string[]
        removed: readonly string[]
        inPlace: readonly string[]
        adopt: readonly string[]
      }
    /**
     * Tests the configuration of a proxy with `argv` in a throw-away container, with the new files; `names` resolve there.
     * `isUncertain`: a file that it lacks may come from a service that starts later, so that a failure is only a warning.
     */
    | {
        kind: 'test-proxy'
        proxy: string
        argv: readonly string[]
        names: readonly string[]
        isUncertain?: true
      }
    /** Runs on the machine that runs dray. */
    | { kind: 'run-host-hook'; moment: HostHookMoment; argv: readonly string[]; timeoutMs: number }
    /** The new containers and the URLs of the host must stay well for this long. */
    | { kind: 'watch-host'; forMs: number; urls: readonly Entrance[] }
    | {
        kind: 'run-task'
        task: string
        service: string
        argv: readonly string[]
        when: 'before' | 'after'
        timeoutMs?: number
      }
    /** Starts new containers next to the old ones, with one Compose call. `discard`: stopped ones, removed first. */
    | {
        kind: 'start-beside'
        services: readonly { service: string; add: number; running: number; discard: readonly string[] }[]
      }
    /**
     * Starts one-off containers of each service next to the real ones, without their published ports: one for each of `names`.
     * `aliases`: names that they have besides those of the service; `labels`: by which Traefik sends every request to them.
     */
    | {
        kind: 'start-stand-in'
        services: readonly {
          service: string
          names: readonly string[]
          aliases: readonly string[]
          labels?: Readonly<Record<string, string>>
        }[]
      }
    /**
     * Stops and starts a service that cannot run twice; also starts services that are not running. `discard`: stopped
     * containers, removed first.
     */
    | {
        kind: 'recreate-services'
        services: readonly { service: string; scale: number; discard?: readonly string[] }[]
        /** They are not running yet, so nothing is stopped. */
        fresh: boolean
        /** Each with a Compose call of its own, so that the start of one does not wait for the stop of another. */
        apart?: true
        /** Containers of other services that hold their ports: stopped as late as possible before the start. */
        frees?: readonly { service: string; containers: readonly string[] }[]
      }
    /** A container that must succeed before others start. */
    | { kind: 'run-once'; service: string }
    | { kind: 'wait-healthy'; services: readonly string[] }
    /**
     * The names of `services` stay with their running containers in a proxy that looks them up while it runs. `pinFile`: that of
     * the proxy, for nginx. `isCaller`: it is a service that sends requests to them directly.
     */
    | { kind: 'pin-names'; proxy: string; services: readonly string[]; pinFile?: string; isCaller?: true }
    /** Its names are looked up again. */
    | { kind: 'unpin-names'; proxy: string }
    /**
     * The proxy gets the new addresses of `services` and reloads its configuration. `reloadOnly`: it looks the addresses up
     * itself, since the old containers are gone by then. `withoutReload`: it keeps no connections to containers. `pinFile`: as above.
     * `reached`: those of `services` that its configuration names, if that is known; the others only share a network with it.
     */
    | {
        kind: 'switch-traffic'
        proxy: string
        proxyKind: SwitchKind
        services: readonly string[]
        reached?: readonly string[]
        reloadOnly?: true
        withoutReload?: true
        pinFile?: string
      }
    /** New connections to published ports of `services` go to their stand-ins. */
    | { kind: 'forward-ports'; services: readonly ForwardedService[] }
    /** They go to the containers that publish the ports again, and requests to the stand-ins finish. */
    | { kind: 'end-forward'; services: readonly ForwardedService[] }
    /**
     * A status under `below` is accepted, and `orStatus`. `fromHost`: requested from the host, whatever its address. `guess`:
     * the URL is not known to answer, so that only an answer without an upstream is a failure.
     */
    | ({ kind: 'check-url'; guess?: true } & Entrance)
    /** `configHash` is empty until the containers exist. */
    | {
        kind: 'record-release'
        release: string
        /** The release that served before; for a rollback, the id of the original. */
        follows?: string
        services: Readonly<Record<string, ReleasedService>>
        inactive?: Readonly<Record<string, InactiveReleased>>
        /** With Swarm: the nodes that have its images, names by id. */
        nodes?: Readonly<Record<string, string>>
        dropReleases: readonly string[]
      }
    /** `containers`: ids, or names of stand-ins (`standIn`). Stops containers without removing them, so that a failure before the record can start them again. */
    | { kind: 'stop-old'; service: string; containers: readonly string[]; standIn?: true }
    | { kind: 'remove-old'; service: string; containers: readonly string[]; standIn?: true }
    /** With several hosts: the new containers still run on each before the release is recorded on any. */
    | { kind: 'check-containers' }
    /** Compares the running containers with the plan. */
    | {
        kind: 'verify-release'
        services: readonly { service: string; image: string; replicas: number }[]
      }
    | { kind: 'clean-images'; names: readonly string[] }
  )

/** What a deploy does to a service of a stack. */
export type StackChange = {
  service: string
  change: 'create' | 'update' | 'none'
  /** Why it changes. */
  cause: string
  /** `repo@sha256:…` that all its tasks run afterwards. */
  image: string
  /** How long the number of its good tasks may stay the same, in milliseconds. */
  limitMs: number
  /** Its tasks did not all run before the deploy, which leaves it as it is, and so does not wait for it. */
  isLeftDown?: true
}

/** A step that only a deploy by Docker Swarm has. Its `host` is the manager. */
export type StackStep = StepBase &
  /** Every active node pulls an image by a job of the swarm. `nodes`: names by id. */
  (
    | {
        kind: 'pull-on-nodes'
        name: string
        tag?: string
        services: readonly string[]
        nodes: Readonly<Record<string, string>>
        /** An archived release has it: the registry is asked only if a node lacks it. */
        isKnown?: true
      }
    /** Deploys the stack; Swarm then updates its services. */
    | {
        kind: 'update-stack'
        stack: string
        services: readonly StackChange[]
        orders: Readonly<Record<string, 'start-first' | 'stop-first'>>
      }
    /** Watches the tasks until all run the release. */
    | { kind: 'await-tasks'; stack: string; services: readonly StackChange[] }
    /** Removes services that the compose file no longer has. */
    | {
        kind: 'remove-services'
        services: readonly string[]
        /** Ports that the release gives to other services: removed before the update, and waited for. Absent after it. */
        frees?: readonly string[]
      }
    /** Compares what runs with the plan. */
    | { kind: 'verify-stack'; stack: string; services: readonly StackChange[] }
    /** Removes configs that no service uses any more. */
    | { kind: 'clean-stack'; stack: string }
  )

export type Step = ComposeStep | StackStep

/** A service whose published ports are forwarded to its stand-in. */
export type ForwardedService = { service: string; ports: readonly ForwardedPort[] }

/** What sends requests to services: a proxy, or a service of the app that does so directly. */
export type SwitchKind = ProxyKind | 'caller'

export type StepKind = Step['kind']

/** A step of one kind. */
export type StepOf<K extends StepKind> = Extract<Step, { kind: K }>

export type Plan = {
  version: 1
  release: string
  /** The archived release that this plan puts back; absent for a new release. */
  restores?: { release: string; tag?: string }
  /** The current release, if any. */
  replaces?: string
  app: string
  environment: string
  /** The running state already matches: no step changes anything. */
  unchanged: boolean
  steps: readonly Step[]
  /** The release of the other hosts that this plan brings to one host. */
  joins?: { release: string; from: string }
  /** Hosts of the environment that keep their release; absent without any. */
  leftOut?: readonly string[]
  /** How many hosts switch traffic at the same time; absent for one host. */
  rolling?: number
  /** Commands, if any, that run around the steps on the machine that runs dray. */
  hooks?: Hooks
  /** Images that will run, by service. */
  images: readonly { service: string; name: string; tag?: string; digest: string }[]
  /** The proxies of the app, inner ones first, and the services behind each whose containers change. */
  proxies: readonly {
    host: string
    service: string
    kind: ProxyKind
    /** How it was recognised. */
    cause: string
    /** Why dray cannot switch its traffic. */
    obstacle?: string
    upstreams: readonly string[]
  }[]
  /** Risks of this plan: recreated services, missing health checks, shared volumes. */
  warnings: readonly string[]
  /** Those of `warnings` that say what was measured, such as free space, and may differ at the next look; absent without any. */
  measuredWarnings?: readonly string[]
  /** What a rollback does not undo, such as data and `.env`, one line each. Absent for a new release. */
  notUndone?: readonly string[]
  /** Unchanged services, and why. */
  unchangedServices: readonly { host: string; service: string; cause: string }[]
  /** Services of which no profile is active, so that they are not deployed; absent without any. `problem`: why an image cannot be pulled. */
  inactiveServices?: readonly {
    host: string
    service: string
    profiles: readonly string[]
    problem?: string
  }[]
}
