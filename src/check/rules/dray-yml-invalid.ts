import { parseConfig } from '../../config/parse-config.ts'
import { checkRules } from '../../config/rules.ts'
import { parseYaml, type YamlSource } from '../../config/yaml-source.ts'
import { lines } from '../lines.ts'
import type { Rule } from '../rule.ts'

export const drayYmlInvalid: Rule = {
  code: 'DRAY_YML_INVALID',
  severity: 'error',
  title: 'dray.yml has an unknown key or an invalid value.',
  why: '`dray deploy` refuses the file with exit code 2 and changes nothing.',
  hint: 'Correct the key or the value: `dray help dray.yml` lists every key.',
  bad: { 'dray.yml': lines('environments:', '  production:', '    hots: deploy@shop.example.com') },
  good: { 'dray.yml': lines('environments:', '  production:', '    host: deploy@shop.example.com') },
  *check({ config, yamlErrors }) {
    if (config === undefined || yamlErrors.some(({ at }) => at.file === config.file)) return
    const { file } = config
    const source = readYaml(file.text, file.path)
    if (source === undefined) return
    const parsed = parseConfig(source.value)
    for (const problem of 'file' in parsed ? checkRules(parsed.file) : parsed.problems) {
      const { line, column } = source.locate(problem)
      const before = file.text
        .split('\n')
        .slice(0, line - 1)
        .join('\n').length
      const start = (line > 1 ? before + 1 : 0) + column - 1
      const width = /^[\w.@:/$-]+/.exec(file.text.slice(start))?.[0].length ?? 0
      const path = problem.path.length === 0 ? '' : `\`${problem.path.join('.')}\`: `
      yield { at: { file, start, end: start + width }, message: `${path}${problem.message}.` }
    }
  },
}

/** A syntax error is reported as YAML_INVALID. Endless aliases are refused by the deploy itself. */
function readYaml(text: string, path: string): YamlSource | undefined {
  try {
    return parseYaml(text, path)
  } catch {
    return undefined
  }
}
