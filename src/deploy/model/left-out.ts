/**
 * An entry of `bundle.include` that names something of which nothing is shipped, and why, for the end of a sentence. `isMounted`:
 * a path that a service mounts instead.
 */
export type LeftOut = { entry: string; reason: string; isMounted?: true }
