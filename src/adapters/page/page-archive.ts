import { gunzipSync } from 'node:zlib'

/** A file of the page, compressed with gzip. */
export type PageFile = { type: string; gzip: Buffer }

/** The files of the page by name, each gzip in base64. Defined by scripts/bundle.mjs, which builds them from src/ui/page. */
declare const PAGE_ARCHIVE: Readonly<Record<string, string>>

const TYPES: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
}

/** The files of the page, as the build embedded them. */
export function readPageArchive(): ReadonlyMap<string, PageFile> {
  return new Map(
    Object.entries(PAGE_ARCHIVE).map(([name, base64]) => {
      const type = TYPES[name.replace(/^.*\./, '')] ?? 'application/octet-stream'
      return [name, { type, gzip: Buffer.from(base64, 'base64') }]
    }),
  )
}

/** The content of a file, for a client that does not know gzip. */
export function unpackPageFile({ gzip }: PageFile): Buffer {
  return gunzipSync(gzip)
}
