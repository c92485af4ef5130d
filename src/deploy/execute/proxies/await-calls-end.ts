import type { Container } from '../../model/container.ts'
import { readOpened, readTable } from '../../model/proxies/connections.ts'
import type { SwitchRequest } from './switch-request.ts'

const EVERY_MS = 200

/** Whether the connections that a proxy or a caller opened to these containers end within `drainMs`. Throws what the Engine throws. */
export async function awaitCallsEnd(
  leaving: readonly Container[],
  { engine, proxy, drainMs, clock }: SwitchRequest,
): Promise<boolean> {
  const addresses = leaving.flatMap(({ networks }) => networks.map(({ address }) => address))
  const untilMs = clock.now() + drainMs
  for (;;) {
    if (!readOpened(await readTable(proxy, engine), addresses).some(({ isOpen }) => isOpen)) return true
    if (clock.now() >= untilMs) return false
    await clock.sleep(EVERY_MS)
  }
}
