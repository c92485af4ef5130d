import { existsSync, readFileSync } from 'node:fs'

const files = ['/etc/traefik/traefik.yml', '/etc/traefik/traefik.yaml']

/** Reads the static configuration: flags, else a file, of which only the part of YAML is understood that is JSON. */
export function readSettings(argv) {
  const values = new Map(argv.length > 0 ? argv.flatMap(readFlag) : readFile())
  const isOn = (name) => values.has(name) && values.get(name) !== 'false'
  const entryPoints = {}
  for (const [name, value] of values) {
    const found = /^entrypoints\.([^.]+)\.address$/.exec(name)
    if (found) entryPoints[found[1]] = portOf(value)
  }
  if (Object.keys(entryPoints).length === 0) entryPoints.http = 80
  if (isOn('api.insecure')) entryPoints.traefik ??= 8080
  const hasDocker = [...values.keys()].some((name) => name.startsWith('providers.docker'))
  return {
    entryPoints,
    throttleMs: Number.parseFloat(values.get('providers.providersthrottleduration') ?? '2s') * 1000,
    docker: hasDocker
      ? {
          exposedByDefault: values.get('providers.docker.exposedbydefault') !== 'false',
          allowEmptyServices: isOn('providers.docker.allowemptyservices'),
          network: values.get('providers.docker.network'),
        }
      : undefined,
    file: values.get('providers.file.filename'),
  }
}

function readFlag(text) {
  const found = /^--([^=]+)(?:=(.*))?$/.exec(text)
  return found ? [[found[1].toLowerCase(), found[2] ?? 'true']] : []
}

function readFile() {
  const file = files.find((path) => existsSync(path))
  return file === undefined ? [] : flatten(JSON.parse(readFileSync(file, 'utf8')), '')
}

function flatten(value, prefix) {
  if (typeof value !== 'object' || value === null) return [[prefix.slice(1), String(value)]]
  const entries = Object.entries(value)
  if (entries.length === 0) return [[prefix.slice(1), 'true']]
  return entries.flatMap(([name, part]) => flatten(part, `${prefix}.${name.toLowerCase()}`))
}

function portOf(address) {
  return Number(/:(\d+)/.exec(address)?.[1] ?? 80)
}
