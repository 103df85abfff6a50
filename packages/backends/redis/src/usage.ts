import { setTimeout as sleep } from 'node:timers/promises'
import { PoolError, type Usage } from '@blockpool/core'
import type { CID } from 'multiformats/cid'
import type { Session } from './session.ts'

/** From this page on the server gets a rest after each one, as long as the page took. */
const PAGES_AT_ONCE = 10

/** Counts the blocks, and asks for the size of each. */
export async function measure(
  pages: AsyncIterable<readonly CID[]>,
  { keys, sender }: Session,
  signal: AbortSignal | undefined,
): Promise<Usage> {
  let [blocks, bytes, page] = [0, 0, 0]
  for await (const cids of pages) {
    const began = performance.now()
    for (const size of await sender.read(
      cids.map((cid) => ({ verb: 'size', key: keys.block(cid), size: 0 })),
    )) {
      if (size instanceof PoolError) throw size
      bytes += Number(size)
    }
    blocks += cids.length
    page += 1
    if (page > PAGES_AT_ONCE) await sleep(performance.now() - began, undefined, { signal })
  }
  return { blocks, bytes }
}
