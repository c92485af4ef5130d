import type { Rule } from './rule.ts'
import { actionInputGone } from './rules/action-input-gone.ts'
import { actionUnpinned } from './rules/action-unpinned.ts'
import { buildOnServer } from './rules/build-on-server.ts'
import { cacheExportFatal } from './rules/cache-export-fatal.ts'
import { cacheOfTag } from './rules/cache-of-tag.ts'
import { cacheScopeShared } from './rules/cache-scope-shared.ts'
import { cacheWithoutBuildx } from './rules/cache-without-buildx.ts'
import { composeDown } from './rules/compose-down.ts'
import { copyMissing } from './rules/copy-missing.ts'
import { dataAnonymous } from './rules/data-anonymous.ts'
import { dependencyUnchecked } from './rules/dependency-unchecked.ts'
import { dependencyUnknown } from './rules/dependency-unknown.ts'
import { deployCancelled } from './rules/deploy-cancelled.ts'
import { deployConcurrent } from './rules/deploy-concurrent.ts'
import { deployEveryBranch } from './rules/deploy-every-branch.ts'
import { directoryMounted } from './rules/directory-mounted.ts'
import { dockerSocket } from './rules/docker-socket.ts'
import { drayComposeMissing } from './rules/dray-compose-missing.ts'
import { drayServiceUnknown } from './rules/dray-service-unknown.ts'
import { drayYmlInvalid } from './rules/dray-yml-invalid.ts'
import { envDeployKept } from './rules/env-deploy-kept.ts'
import { envExampleMissing } from './rules/env-example-missing.ts'
import { envExampleSecret } from './rules/env-example-secret.ts'
import { envInImage } from './rules/env-in-image.ts'
import { envNotIgnored } from './rules/env-not-ignored.ts'
import { envOverwritten } from './rules/env-overwritten.ts'
import { envTracked } from './rules/env-tracked.ts'
import { expressionInScript } from './rules/expression-in-script.ts'
import { healthCheckMissing } from './rules/health-check-missing.ts'
import { healthCheckProgram } from './rules/health-check-program.ts'
import { hostKeyUnchecked } from './rules/host-key-unchecked.ts'
import { imageCapitals } from './rules/image-capitals.ts'
import { imageFloating } from './rules/image-floating.ts'
import { imageLatest } from './rules/image-latest.ts'
import { imageNotPulled } from './rules/image-not-pulled.ts'
import { imageNotPushed } from './rules/image-not-pushed.ts'
import { includeNotShipped } from './rules/include-not-shipped.ts'
import { loginKept } from './rules/login-kept.ts'
import { loginMissing } from './rules/login-missing.ts'
import { logsUnlimited } from './rules/logs-unlimited.ts'
import { nginxAsksDns } from './rules/nginx-asks-dns.ts'
import { nginxStaleAddress } from './rules/nginx-stale-address.ts'
import { nginxSyntax } from './rules/nginx-syntax.ts'
import { nginxUnknownHost } from './rules/nginx-unknown-host.ts'
import { nginxWrongPort } from './rules/nginx-wrong-port.ts'
import { notRollable } from './rules/not-rollable.ts'
import { permissionMissing } from './rules/permission-missing.ts'
import { permissionWide } from './rules/permission-wide.ts'
import { portOpen } from './rules/port-open.ts'
import { pruneAllImages } from './rules/prune-all-images.ts'
import { pruneVolumes } from './rules/prune-volumes.ts'
import { pullRequestTarget } from './rules/pull-request-target.ts'
import { pushOfPullRequest } from './rules/push-of-pull-request.ts'
import { restartMissing } from './rules/restart-missing.ts'
import { rsyncDeletes } from './rules/rsync-deletes.ts'
import { rsyncOverwritesEnv } from './rules/rsync-overwrites-env.ts'
import { schedulerRolled } from './rules/scheduler-rolled.ts'
import { scriptBuilds } from './rules/script-builds.ts'
import { scriptGoesOn } from './rules/script-goes-on.ts'
import { scriptPullsGit } from './rules/script-pulls-git.ts'
import { scriptStaleImage } from './rules/script-stale-image.ts'
import { secretInCompose } from './rules/secret-in-compose.ts'
import { secretInDockerfile } from './rules/secret-in-dockerfile.ts'
import { secretsHandedOver } from './rules/secrets-handed-over.ts'
import { shellTraced } from './rules/shell-traced.ts'
import { swarmUnsupported } from './rules/swarm-unsupported.ts'
import { tagMisspelt } from './rules/tag-misspelt.ts'
import { tagNotPushed } from './rules/tag-not-pushed.ts'
import { tagNotSet } from './rules/tag-not-set.ts'
import { tokenInArgument } from './rules/token-in-argument.ts'
import { tokenInFile } from './rules/token-in-file.ts'
import { tokenPrinted } from './rules/token-printed.ts'
import { variableUnknown } from './rules/variable-unknown.ts'
import { versionObsolete } from './rules/version-obsolete.ts'
import { yamlInvalid } from './rules/yaml-invalid.ts'

/** Every rule. */
export const rules: readonly Rule[] = [
  actionInputGone,
  actionUnpinned,
  buildOnServer,
  cacheExportFatal,
  cacheOfTag,
  cacheScopeShared,
  cacheWithoutBuildx,
  composeDown,
  copyMissing,
  dataAnonymous,
  dependencyUnchecked,
  dependencyUnknown,
  deployCancelled,
  deployConcurrent,
  deployEveryBranch,
  directoryMounted,
  dockerSocket,
  drayComposeMissing,
  drayServiceUnknown,
  drayYmlInvalid,
  envDeployKept,
  envExampleMissing,
  envExampleSecret,
  envInImage,
  envNotIgnored,
  envOverwritten,
  envTracked,
  expressionInScript,
  healthCheckMissing,
  healthCheckProgram,
  hostKeyUnchecked,
  imageCapitals,
  imageFloating,
  imageLatest,
  imageNotPulled,
  imageNotPushed,
  includeNotShipped,
  loginKept,
  loginMissing,
  logsUnlimited,
  nginxAsksDns,
  nginxStaleAddress,
  nginxSyntax,
  nginxUnknownHost,
  nginxWrongPort,
  notRollable,
  permissionMissing,
  permissionWide,
  portOpen,
  pruneAllImages,
  pruneVolumes,
  pullRequestTarget,
  pushOfPullRequest,
  restartMissing,
  rsyncDeletes,
  rsyncOverwritesEnv,
  schedulerRolled,
  scriptBuilds,
  scriptGoesOn,
  scriptPullsGit,
  scriptStaleImage,
  secretInCompose,
  secretInDockerfile,
  secretsHandedOver,
  shellTraced,
  swarmUnsupported,
  tagMisspelt,
  tagNotPushed,
  tagNotSet,
  tokenInArgument,
  tokenInFile,
  tokenPrinted,
  variableUnknown,
  versionObsolete,
  yamlInvalid,
]
