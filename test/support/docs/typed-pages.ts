/**
 * Pages whose `sh` blocks test/e2e/docs/pages.long.test.ts types, each command as it stands there. A page comes after those that
 * make what it needs, and `remove.md` last.
 */
export const typedPages = [
  'env.md',
  'several-environments.md',
  'import-env.md',
  'status.md',
  'doctor.md',
  'diff.md',
  'rollback.md',
  'disk.md',
  'logs-and-commands.md',
  'tasks-and-hooks.md',
  'json-output.md',
  'ui.md',
  'several-hosts.md',
  'move.md',
  'remove.md',
] as const

/** The other pages with `sh` blocks, by the test that runs the same commands, in its own way where a page is no script. */
export const typedElsewhere: Readonly<Record<string, string>> = {
  'build.md': 'test/e2e/ci/workflows.long.test.ts',
  'ci.md': 'test/e2e/ci/workflows.long.test.ts',
  'commands.md': 'test/cli/help.test.ts',
  'completion.md': 'test/engine/completion.itg.test.ts',
  'from-coolify.md': 'test/e2e/docs/guides.long.test.ts',
  'from-deploy-script.md': 'test/e2e/docs/guides.long.test.ts',
  'from-docker-rollout.md': 'test/e2e/docs/guides.long.test.ts',
  'from-kamal.md': 'test/e2e/docs/guides.long.test.ts',
  'images.md': 'test/cli/images.test.ts',
  'install.md': 'test/e2e/package/executable.long.test.ts',
  'least-rights.md': 'test/e2e/rights/gate.long.test.ts',
  'quick-start.md': 'test/e2e/docs/quick-start.long.test.ts',
  'reach.md': 'test/e2e/reach/short.e2e.test.ts',
  'releasing.md': 'test/unit/scripts/release/release.long.test.ts',
  'reliability.md': 'test/e2e/drill/short.e2e.test.ts',
  'secrets.md': 'test/cli/secrets.test.ts',
  'setup.md': 'test/e2e/server/setup.long.test.ts',
  'swarm.md': 'test/e2e/docs/swarm-guide.long.test.ts',
  'upgrade.md': 'test/cli/upgrade.test.ts',
}
