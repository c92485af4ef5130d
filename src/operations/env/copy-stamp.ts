/** The time in the name of a copy, `.env.before-STAMP`, so that names are in the order of time; a further copy of the same second adds a number. */
export function copyStamp(atMs: number): string {
  return new Date(atMs).toISOString().replace(/[-:]|\.\d+/g, '')
}
