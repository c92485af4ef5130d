/** An entry of `bundle.include` that names something of which nothing is shipped, and why, for the end of a sentence. */
export type LeftOut = { entry: string; reason: string }
