import { networkTablesScript } from '../../../src/adapters/http/read-network-tables.ts'
import { buildxScript } from '../../../src/adapters/buildx/buildx.ts'
import {
  attachedComposeScript,
  composeScript,
  composeWithImagesScript,
} from '../../../src/adapters/compose/compose-scripts.ts'
import { tryScript } from '../../../src/adapters/compose/try-args.ts'
import { serverValuesScript } from '../../../src/adapters/compose/server-values.ts'
import { currentReleaseScript } from '../../../src/adapters/directory/current-release.ts'
import {
  changeEnvScript,
  dropOldCopiesScript,
  hashEnvScript,
  listEnvScript,
  readCopyScript,
  readEnvScript,
} from '../../../src/adapters/directory/env/env-scripts.ts'
import { examineScript } from '../../../src/adapters/directory/examine-script.ts'
import { placeScript, recordScript, restoreScript } from '../../../src/adapters/directory/file-scripts.ts'
import { logSizeScript } from '../../../src/adapters/directory/log-size.ts'
import { nodeDiskScript } from '../../../src/adapters/directory/node-disk.ts'
import { observeScript } from '../../../src/adapters/directory/observe-script.ts'
import { removeFilesScript, surveyRemovalScript } from '../../../src/adapters/directory/removal-scripts.ts'
import { followScript } from '../../../src/adapters/directory/follow-script.ts'
import { archiveScript, bundleScript } from '../../../src/adapters/directory/release-scripts.ts'
import { lockScript } from '../../../src/adapters/directory/lock/lock-script.ts'
import { inspectScript, surveyScript } from '../../../src/adapters/directory/scripts.ts'
import { guardScript } from '../../../src/adapters/docker/container-guard.ts'
import { shellArgv } from '../../../src/adapters/docker/exec-args.ts'
import { repeatScript } from '../../../src/adapters/docker/exec-in-container.ts'
import { findEngine } from '../../../src/adapters/docker/find-engine.ts'
import { findSocket } from '../../../src/adapters/docker/own-engine.ts'
import { buildGroupSignal } from '../../../src/adapters/host/child.ts'
import { persistentShellCommand, renderExchange } from '../../../src/adapters/host/persistent-shell.ts'
import { renderRemoteCommand, wrapCommand } from '../../../src/adapters/host/remote-command.ts'
import { holdCommand } from '../../../src/adapters/host/ssh-connection.ts'
import { configScript, contentScript, deployScript } from '../../../src/adapters/swarm/stack-scripts.ts'
import { scriptOf } from '../../../src/adapters/server/action-scripts.ts'
import {
  clearForwardScript,
  drainLoopScript,
  drainPortsScript,
  endForwardScript,
  findObstacleScript,
  startForwardScript,
  watchForwardScript,
} from '../../../src/adapters/ports/forward-scripts.ts'
import { setupObservationScript } from '../../../src/adapters/server/setup-observation-script.ts'
import { changePinScript, holdPinScript } from '../../../src/deploy/execute/proxies/pin-script.ts'
import {
  drainableShell,
  drainScript,
  endDraining,
  listenScript,
  startDraining,
} from '../../../src/deploy/model/drain-check.ts'
import { dumpNginx } from '../../../src/deploy/model/proxies/nginx-configuration.ts'
import { quietScript } from '../../../src/deploy/execute/proxies/quiet-script.ts'
import { caddyScript } from '../../../src/deploy/execute/proxies/switch-caddy-script.ts'
import { examineCaddyScript } from '../../../src/deploy/plan/proxies/observe-caddy.ts'
import { haproxyScript } from '../../../src/deploy/execute/proxies/switch-haproxy-script.ts'
import { examineNginxScript } from '../../../src/deploy/plan/proxies/observe-nginx.ts'
import { examineHaproxyScript } from '../../../src/deploy/plan/proxies/observe-haproxy.ts'
import { examineTraefikScript } from '../../../src/deploy/plan/proxies/observe-traefik.ts'
import { proxyScript } from '../../../src/deploy/execute/proxies/switch-nginx-script.ts'
import type { SetupAction } from '../../../src/operations/setup/setup-plan.ts'

type Actions = { [Kind in SetupAction['kind']]: Extract<SetupAction, { kind: Kind }> }

const cause = 'a test'
const actions: Actions = {
  'write-daemon-config': { kind: 'write-daemon-config', cause, text: '{}', isNew: true },
  'add-repository': { kind: 'add-repository', cause, distribution: 'debian', codename: 'bookworm' },
  'install-packages': { kind: 'install-packages', cause, packages: ['docker-ce'] },
  'start-docker': { kind: 'start-docker', cause },
  'restart-docker': { kind: 'restart-docker', cause },
  'join-docker-group': { kind: 'join-docker-group', cause, user: 'deploy' },
  'make-directory': { kind: 'make-directory', cause, path: '/srv/shop', user: 'deploy', group: 'deploy' },
  'write-env-file': { kind: 'write-env-file', cause, path: '/srv/shop/.env', text: '', keysToFill: [] },
}

const everything = { cwd: '/srv', env: { KEY: 'value' }, tellProcessId: true, markOutput: true }
const exchange = { name: 'x', input: Buffer.from('input') }

/** Every script that dray has a POSIX shell run, by name, as that shell gets it. */
export const renderedScripts: Readonly<Record<string, string>> = {
  ...{
    archiveScript,
    buildxScript,
    bundleScript,
    followScript,
    changeEnvScript,
    dropOldCopiesScript,
    hashEnvScript,
    attachedComposeScript,
    composeScript,
    composeWithImagesScript,
    tryScript,
  },
  ...{
    clearForwardScript,
    drainLoopScript,
    drainPortsScript,
    endForwardScript,
    findObstacleScript,
    startForwardScript,
    watchForwardScript,
  },
  ...{ configScript, contentScript, deployScript },
  ...{ currentReleaseScript, examineScript, findEngine, findSocket, guardScript, holdCommand, inspectScript },
  ...{
    persistentShellCommand,
    listEnvScript,
    networkTablesScript,
    readCopyScript,
    removeFilesScript,
    surveyRemovalScript,
    lockScript,
    logSizeScript,
    nodeDiskScript,
    observeScript,
    placeScript,
    proxyScript,
  },
  ...{
    readEnvScript,
    recordScript,
    repeatScript,
    restoreScript,
    serverValuesScript,
    setupObservationScript,
    surveyScript,
  },
  ...{ caddyScript, changePinScript, examineCaddyScript, examineHaproxyScript, haproxyScript, holdPinScript },
  ...{ examineNginxScript, examineTraefikScript },
  dumpNginx: dumpNginx[2]!,
  ...{ drainScript, listenScript, quietScript },
  drainableShell: drainableShell[2]!,
  startDraining: startDraining[2]!,
  endDraining: endDraining[2]!,
  exchange: renderExchange('true', exchange),
  groupSignal: buildGroupSignal(123, 'SIGKILL')[2]!,
  remoteCommand: renderRemoteCommand(['true'], everything),
  shellInContainer: shellArgv[2]!,
  wrappedCommand: wrapCommand(['true'], everything)[2]!,
  ...Object.fromEntries(Object.values(actions).map((action) => [action.kind, scriptOf(action, '').script])),
}
