import { useSignal } from '@preact/signals'
import type { JSX } from 'preact'
import { useEffect } from 'preact/hooks'
import { renderDeployer } from '../../render/text/render-deployer.ts'
import type { Answer, FileChange, ReleaseChanges, ReleaseView } from '../model.ts'
import { Fact, FailureNote, Tag, Time } from './parts.tsx'
import { ask } from './state.ts'

type Asked = { environment: string; host: string; release: string }

/** What a release contains, and what changed against the one before it. */
export function ReleaseScreen({ environment, host, release }: Asked): JSX.Element {
  const answer = useSignal<Answer<ReleaseView> | undefined>(undefined)
  const problem = useSignal<string | undefined>(undefined)
  useEffect(() => {
    ask<Answer<ReleaseView>>('release', { environment, host, release }).then(
      (found) => (answer.value = found),
      (error: unknown) => (problem.value = String(error)),
    )
  }, [])
  if (problem.value !== undefined) return <p class="problem">{problem.value}</p>
  const found = answer.value
  if (found === undefined) return <p class="quiet">Reading the release…</p>
  if ('failure' in found) return <FailureNote failure={found.failure} />
  return (
    <>
      <dl class="head">
        <Fact name="Host">{host}</Fact>
        <Fact name="Tag">
          <Tag tag={found.tag} />
        </Fact>
        <Fact name="Restores">{found.restores}</Fact>
        <Fact name="Deployed">
          <Time atMs={found.createdAtMs} />
        </Fact>
        <Fact name="By">{renderDeployer(found.by)}</Fact>
      </dl>
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
    <div class="scroll" role="region" aria-label="Images" tabIndex={0}>
      <table>
        <thead>
          <tr>
            <th scope="col">Service</th>
            <th scope="col">Image</th>
            <th scope="col">Tag</th>
            <th scope="col">Digest</th>
            <th scope="col" class="number">
              Containers
            </th>
          </tr>
        </thead>
        <tbody>
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
                <code title={it.digest}>{it.digest.slice(0, 19)}</code>
              </td>
              <td class="number">{it.replicas}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
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
