/** Characters of a config's name: swarmkit, manager/controlapi/common.go. */
const LONGEST_CONFIG_NAME = 64
/** Of the hash of its content. */
const HASH_LENGTH = 12

/** The name of a config of a stack. That of a long one is cut: the hash of its content, in hexadecimal, is unique. */
export function configName(stack: string, key: string, hash: string): string {
  return `${`${stack}_${key}`.slice(0, LONGEST_CONFIG_NAME - 1 - HASH_LENGTH)}-${hash.slice(0, HASH_LENGTH)}`
}
