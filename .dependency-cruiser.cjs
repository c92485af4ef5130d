/** The layers of the source: dependencies point inward, from the command line to the deploy and what it stands on. */

const rule = (name, comment, from, to) => ({ name, comment, severity: 'error', from: { path: from }, to })

module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      severity: 'error',
      comment: 'Two files that need each other are one.',
      from: {},
      to: { circular: true },
    },
    rule('deploy-knows-only-itself', 'The deploy owns its ports.', '^src/deploy/', {
      path: '^src/',
      pathNot: '^src/(deploy|shared|errors)/',
    }),
    rule('deploy-touches-nothing', 'The deploy reaches the world through its ports.', '^src/deploy/', {
      path: '^(node:)?(fs|fs/promises|child_process|http|https|http2|net|tls|dns|os|process|timers|timers/promises)$',
    }),
    rule('deploy-needs-no-package', 'The deploy is plain TypeScript.', '^src/deploy/', {
      dependencyTypes: ['npm', 'npm-dev', 'npm-optional', 'npm-peer', 'npm-no-pkg', 'npm-unknown'],
    }),
    rule('adapters-face-the-world', 'An adapter serves the deploy, whoever started it.', '^src/adapters/', {
      path: '^src/(cli|ui|config|scaffold|check)/|^src/main\\.ts$',
    }),
    rule('ui-draws', 'What is drawn comes as events and results.', '^src/ui/', {
      path: '^src/(adapters|cli|config|scaffold|check)/|^src/main\\.ts$',
    }),
    rule(
      'terminal-is-the-ground-of-ui',
      'The terminal knows nothing of what is drawn.',
      '^src/ui/terminal/',
      {
        path: '^src/ui/',
        pathNot: '^src/ui/terminal/',
      },
    ),
    rule('render-reports-nothing', 'Data becomes text, for any reporter.', '^src/ui/render/', {
      path: '^src/ui/',
      pathNot: '^src/ui/(terminal|render)/',
    }),
    rule('command-knows-no-command', 'A command is made of these parts.', '^src/cli/command/', {
      path: '^src/cli/',
      pathNot: '^src/cli/command/',
    }),
    rule('commands-parse-nothing', 'A command is run with what was parsed.', '^src/cli/commands/', {
      path: '^src/cli/[^/]+\\.ts$',
    }),
    rule('config-reads', 'The configuration says what is wanted; it asks no host.', '^src/config/', {
      path: '^src/(adapters|cli|ui|scaffold|check)/|^src/main\\.ts$',
    }),
    rule('build-decides', 'What is built and why it failed is decided here, by nobody else.', '^src/build/', {
      path: '^src/',
      pathNot: '^src/(build|deploy|shared|errors)/',
    }),
    rule('operations-decide', 'Status, disk, doctor and the like decide from facts.', '^src/operations/', {
      path: '^src/',
      pathNot: '^src/(operations|check|deploy|shared|errors)/',
    }),
    rule('operations-touch-nothing', 'They reach the world through ports.', '^src/operations/', {
      path: '^(node:)?(fs|fs/promises|child_process|http|https|http2|net|tls|dns|os|process|timers|timers/promises)$',
    }),
    rule('operations-need-no-package', 'They are plain TypeScript.', '^src/operations/', {
      dependencyTypes: ['npm', 'npm-dev', 'npm-optional', 'npm-peer', 'npm-no-pkg', 'npm-unknown'],
    }),
    rule(
      'secrets-alone-read-checks',
      'Only the matrix of secrets reads workflows.',
      '^src/operations/(?!secrets/)',
      {
        path: '^src/check/',
      },
    ),
    rule(
      'model-is-the-ground',
      'The model of a deploy imports none of its other rooms.',
      '^src/deploy/model/',
      {
        path: '^src/deploy/',
        pathNot: '^src/deploy/model/',
      },
    ),
    rule('plan-does-nothing', 'A plan is made of the model alone.', '^src/deploy/plan/', {
      path: '^src/deploy/',
      pathNot: '^src/deploy/(model|plan)/',
    }),
    rule('execute-decides-nothing', 'What is executed was decided in the plan.', '^src/deploy/execute/', {
      path: '^src/deploy/',
      pathNot: '^src/deploy/(model|execute)/',
    }),
    rule('check-judges-text', 'A rule sees texts and says what is wrong with them.', '^src/check/', {
      path: '^src/',
      pathNot: '^src/(check|config|shared|errors)/',
    }),
    rule('check-touches-nothing', 'What it reads is handed to it.', '^src/check/', {
      path: '^(node:)?(fs|fs/promises|child_process|http|https|http2|net|tls|dns|os|process|timers|timers/promises)$',
    }),
    rule(
      'scaffold-writes-text',
      'What `dray init` writes is made from texts; check reads them for it.',
      '^src/scaffold/',
      {
        path: '^src/',
        pathNot: '^src/(scaffold|shared|errors|check/(parse|model))/',
      },
    ),
    rule('shared-is-the-ground', 'What two layers use stands on errors alone.', '^src/shared/', {
      path: '^src/',
      pathNot: '^src/(shared|errors)/',
    }),
    rule('errors-stand-alone', 'Every layer throws them.', '^src/errors/', {
      path: '^src/',
      pathNot: '^src/errors/',
    }),
    rule('nothing-imports-main', 'It is the top.', '^src/', { path: '^src/main\\.ts$' }),
    rule('nothing-of-tests', 'What ships needs no test.', '^src/', { path: '^(test|bench|scripts)/' }),
    rule('must-resolve', 'An import must be there.', '^src/', { couldNotResolve: true }),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
}
