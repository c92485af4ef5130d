import { interpolate } from '../../shared/compose-template.ts'
import type { Directive, NginxFile } from '../parse/nginx.ts'
import { childOf, entriesOf, scalarsOf, scalarText } from '../parse/yaml-tree.ts'
import type { Repository } from '../repository.ts'
import type { Span } from '../source-file.ts'
import { environmentOf, mountedPaths, settingOf, type ComposeApp, type Service } from './compose.ts'

/** A place in an nginx configuration that requests are passed to. */
export type Upstream = {
  at: Span
  host: string
  port: string | undefined
  /** nginx resolves its address again while it runs. */
  isAskedAgain: boolean
  /** It is a server of an `upstream` with `resolve`. */
  isResolvedServer?: true
  /** Apps whose containers get this file. */
  apps: readonly ComposeApp[]
}

/** Every host that the nginx configurations of the apps pass requests to, by a name of the compose network. */
export function upstreamsOf({ nginxFiles, apps }: Repository): Upstream[] {
  return nginxFiles.flatMap((nginx) => {
    const mounts = apps.flatMap((app) =>
      app.services.flatMap((service) =>
        mountedPaths(service)
          .filter(({ target }) => target.startsWith('/etc/nginx'))
          .filter(({ path }) => nginx.file.path === path || nginx.file.path.startsWith(`${path}/`))
          .map(({ target }) => ({ app, service, target })),
      ),
    )
    const [mount] = mounts
    if (mount === undefined) return []
    const filled = mount.target.startsWith('/etc/nginx/templates')
      ? fillInTemplate(nginx, mount.service)
      : nginx
    const users = [...new Set(mounts.map(({ app }) => app))]
    return hostsIn(filled).map((found) => ({ ...found, apps: users }))
  })
}

/**
 * A template as the image of nginx fills it in at the start: variables of the environment by their values. A variable in capitals
 * that may come from an env file is left as an unknown value, not one of nginx.
 */
function fillInTemplate({ file, directives }: NginxFile, service: Service): NginxFile {
  const values = new Map(environmentOf(service).map(({ name, value = '' }) => [name, interpolate(value, {})]))
  const fill = (text: string): string =>
    text.replaceAll(/\$\{(\w+)\}|\$(\w+)/g, (whole, braced?: string, plain?: string) => {
      const name = braced ?? plain ?? ''
      return values.get(name) ?? (/^[A-Z]/.test(name) ? '\u0001' : whole)
    })
  return {
    file,
    directives: directives.map((directive) => ({
      ...directive,
      arguments: directive.arguments.map((argument) => ({ ...argument, text: fill(argument.text) })),
    })),
  }
}

/** The names that containers of an app are found by. */
export function namesOf({ services }: ComposeApp): Set<string> {
  const names = services.flatMap((service) => [
    service.name,
    scalarText(settingOf(service, 'container_name')) ?? service.name,
    scalarText(settingOf(service, 'hostname')) ?? service.name,
    ...entriesOf(settingOf(service, 'networks')).flatMap(([, { value }]) =>
      scalarsOf(childOf(value, 'aliases')).map(({ text }) => text),
    ),
    ...scalarsOf(settingOf(service, 'links')).map(({ text }) => text.split(':').at(-1) ?? ''),
    ...scalarsOf(settingOf(service, 'extra_hosts')).map(({ text }) => text.split(/[:=]/)[0] ?? ''),
    ...entriesOf(settingOf(service, 'extra_hosts')).map(([name]) => name),
  ])
  return new Set([...names, 'localhost'])
}

type FoundHost = Omit<Upstream, 'apps'>

const passing = new Set(['proxy_pass', 'fastcgi_pass', 'uwsgi_pass', 'grpc_pass', 'scgi_pass'])

function hostsIn({ directives }: NginxFile): FoundHost[] {
  const groups = new Set(
    directives.flatMap(({ name, arguments: [first] }) => (name === 'upstream' ? [first?.text] : [])),
  )
  const variables = new Map(
    directives
      .filter(({ name }) => name === 'set')
      .map(({ arguments: [name, value] }) => [name?.text ?? '', value]),
  )
  return directives.flatMap((directive): FoundHost[] => {
    const [first] = directive.arguments
    if (first === undefined) return []
    if (directive.name === 'server' && directive.blocks.at(-1)?.name === 'upstream') {
      const isResolved = directive.arguments.some(({ text }) => text === 'resolve')
      return hostOf(first, first.text, isResolved).map((found) => ({
        ...found,
        ...(isResolved && { isResolvedServer: true as const }),
      }))
    }
    if (!passing.has(directive.name)) return []
    const variable = /^(?:\w+:\/\/)?(\$\w+)/.exec(first.text)?.[1]
    // `$request_uri` behind a name in full makes nginx resolve the name again as well.
    const value = variable === undefined ? undefined : variables.get(variable)
    const text = value === undefined ? first.text : first.text.replace(variable ?? '', value.text)
    const isAskedAgain = first.text.includes('$')
    return groups.has(bareHost(text)) ? [] : hostOf(first, text, isAskedAgain)
  })
}

function bareHost(text: string): string {
  return /^(?:\w+:\/\/)?([^/:$]*)/.exec(text)?.[1] ?? ''
}

function hostOf(at: Directive['arguments'][number], text: string, isAskedAgain: boolean): FoundHost[] {
  const [, host, port] = /^(?:\w+:\/\/)?([A-Za-z0-9_-]+)(?::(\d+|\u0001))?(?:[/$]|$)/.exec(text) ?? []
  // A name with a dot is a host of the internet; `unix:` a socket.
  return host === undefined || host === 'unix' || /^\d+$/.test(host)
    ? []
    : [{ at, host, port: port === '\u0001' ? undefined : port, isAskedAgain }]
}
