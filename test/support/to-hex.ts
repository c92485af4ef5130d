/** An IPv4 address as the kernel prints it in `/proc/net/tcp`. */
export function toHex(address = ''): string {
  return Buffer.from(address.split('.').map(Number).reverse()).toString('hex').toUpperCase()
}
