import { lines } from '../lines.ts'
import { deployScripts } from '../model/deploys.ts'
import { argumentsOf } from '../parse/shell-command.ts'
import type { Rule } from '../rule.ts'
import { topOf } from '../source-file.ts'

export const scriptGoesOn: Rule = {
  code: 'SCRIPT_GOES_ON',
  severity: 'warning',
  title: 'A deploy script continues after a command fails.',
  why: 'A failed login or pull is ignored, `up` starts the old image again, and the pipeline is green.',
  hint: 'Add `set -eu` below the first line.',
  bad: { 'deploy.sh': lines('#!/bin/sh', 'docker compose pull', 'docker compose up -d') },
  good: { 'deploy.sh': lines('#!/bin/sh', 'set -eu', 'docker compose pull', 'docker compose up -d') },
  *check(repository) {
    for (const { file, commands } of deployScripts(repository)) {
      const [first = ''] = file.text.split('\n')
      const stops = commands.some(
        (it) => it.program === 'set' && argumentsOf(it).some((word) => /^-\w*e|^errexit$/.test(word)),
      )
      if (!stops && !/^#!.*\s-\w*e/.test(first))
        yield {
          at: { ...topOf(file), end: first.length },
          message: `${file.path} continues after a command fails.`,
        }
    }
  },
}
