import type { Environment } from '../../ui/terminal/terminal-style.ts'

/** The environment that decides on colours: `--no-color` is NO_COLOR, and stronger than FORCE_COLOR. https://no-color.org */
export function applyNoColor({ color }: { color: boolean }, env: Environment): Environment {
  return color ? env : { ...env, NO_COLOR: '1', FORCE_COLOR: undefined }
}
