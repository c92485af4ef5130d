import type { JSX } from 'preact'
import { renderDeployer } from '../../render/text/render-deployer.ts'
import type { FileChange, ReleaseChanges, ReleaseView } from '../model.ts'
import { Commit, Digest, Fact, FailureNote, Reread, Tag, Time, WideTable } from './parts.tsx'
import { RollbackPanel } from './rollback-panel.tsx'
import { isExact, overview } from './state.ts'
import { useAsk } from './use-poll.ts'

type Asked = { environment: string; host: string; release: string }

/** What a release contains, and what changed against the one before it. */
export function ReleaseScreen({ environment, host, release }: Asked): JSX.Element {
  const {
    answer: found,
    problem,
    readAtMs,
    isAsking,
    again,
  } = useAsk('release', { environment, host, release })
  const reread = (
    <>
      <Reread {...{ isAsking, again, readAtMs, problem }} words="Reading the release" />
      {problem !== undefined && <p class="problem">{problem}</p>}
    </>
  )
  if (found === undefined) return reread
  if ('failure' in found)
    return (
      <>
        {reread}
        <FailureNote failure={found.failure} />
      </>
    )
  return (
    <>
      {reread}
      <dl class="head">
        <Fact name="Host">{host}</Fact>
        <Fact name="Tag">
          <Tag tag={found.tag} />
        </Fact>
        <Fact name="Commit">{found.commit && <Commit commit={found.commit} />}</Fact>
        <Fact name="Restores">{found.restores}</Fact>
        <Fact name="Deployed">
          <Time atMs={found.createdAtMs} />
        </Fact>
        <Fact name="By">{renderDeployer(found.by)}</Fact>
      </dl>
      {mayRollBack({ environment, host, release }, found) && (
        <RollbackPanel environment={environment} release={release} />
      )}
      <h2>Changes</h2>
      {found.changes === undefined ? (
        <p class="quiet">The release before it is not archived, so there is nothing to compare it with.</p>
      ) : (
        <Changes changes={found.changes} />
      )}
      <h2>Images</h2>
      <Images images={found.images} />
      <div class="columns">
        <section>
          <h2>Files ({found.files.length})</h2>
          <ul class="plain">
            {found.files.map(({ path, sha256 }) => (
              <li key={path} title={`SHA-256 ${sha256}`}>
                <code>{path}</code>
                {isExact.value && (
                  <>
                    {' '}
                    <code class="quiet">{sha256}</code>
                  </>
                )}
              </li>
            ))}
          </ul>
        </section>
        <section>
          <h2>Variables ({found.variables.length})</h2>
          <ul class="plain">
            {found.variables.map((name) => (
              <li key={name}>
                <code>{name}</code>
              </li>
            ))}
          </ul>
        </section>
      </div>
    </>
  )
}

function Images({ images }: { images: ReleaseView['images'] }): JSX.Element {
  return (
    <WideTable label="Images" columns={['Service', 'Image', 'Tag', 'Digest', '>Containers']}>
      {images.map((it) => (
        <tr key={it.service}>
          <th scope="row">{it.service}</th>
          <td>
            <code>{it.name}</code>
          </td>
          <td>
            <Tag tag={it.tag} />
          </td>
          <td>
            <Digest digest={it.digest} />
          </td>
          <td class="number">{it.replicas}</td>
        </tr>
      ))}
    </WideTable>
  )
}

/** A release that does not serve, and was not itself a rollback, on a page that was started with `--write`. */
function mayRollBack({ environment, host, release }: Asked, { restores }: ReleaseView): boolean {
  const view = overview.value?.environments.find((it) => it.environment === environment)
  const status = view?.status?.hosts.find((it) => it.host === host)
  const current = status !== undefined && 'release' in status ? status.release?.id : undefined
  return overview.value?.mayWrite === true && restores === undefined && current !== release
}

const SIGNS = { added: '+ added', removed: '− removed', changed: '± changed' } as const

function Changes({ changes }: { changes: ReleaseChanges }): JSX.Element {
  const { from, to, images, configuration, variables, files, notes } = changes
  const isSame = [images, configuration, variables, files].every(({ length }) => length === 0)
  return (
    <>
      <p class="quiet">
        From {from} to {to}
        {isSame && ': nothing that dray compares is different'}
      </p>
      {notes.map((note) => (
        <p class="hint" key={note}>
          {note}
        </p>
      ))}
      <ul class="plain">
        {images.map(({ service, from: before, to: after }) => (
          <li key={service}>
            Image of <b>{service}</b>: <Tag tag={before?.tag ?? before?.digest?.slice(0, 19) ?? 'none'} /> →{' '}
            <Tag tag={after?.tag ?? after?.digest?.slice(0, 19) ?? 'none'} />
          </li>
        ))}
        {configuration.map(({ service, change, keys }) => (
          <li key={service}>
            Configuration of <b>{service}</b> {SIGNS[change]}
            {keys.length > 0 && `: ${keys.map(({ name }) => name).join(', ')}`}
          </li>
        ))}
        {variables.map(({ name, change }) => (
          <li key={name}>
            Variable <code>{name}</code> {SIGNS[change]}
          </li>
        ))}
        {files.map((file) => (
          <li key={file.path}>
            File <code>{file.path}</code> {SIGNS[file.change]}
            <FileDetails file={file} />
          </li>
        ))}
      </ul>
    </>
  )
}

function FileDetails({ file }: { file: FileChange }): JSX.Element | null {
  if (file.kind === 'secret') return <>, a secret: its content is not shown</>
  if (file.kind === 'binary') return <>, binary</>
  if (file.kind === 'mode') return <>, its permissions</>
  if (file.kind === 'variables') return <>, variables of an env file</>
  return (
    <div class="scroll patch" role="region" aria-label={`Changes in ${file.path}`} tabIndex={0}>
      <pre>
        {file.patch
          .trimEnd()
          .split('\n')
          .map((line, index) => (
            <span key={index} class={lineClass(line)}>
              {`${line}\n`}
            </span>
          ))}
      </pre>
    </div>
  )
}

/** The sign at the start of the line says the same as its colour. */
function lineClass(line: string): string {
  if (/^(?:---|\+\+\+|@@) /.test(line)) return 'quiet'
  if (line.startsWith('+')) return 'added'
  return line.startsWith('-') ? 'removed' : ''
}
