import { setTimeout as sleep } from 'node:timers/promises'
import { DigestSet, PoolError } from '@blockpool/core'
import type { CID } from 'multiformats/cid'
import { type Link, mastersOf, type RedisClient } from './client.ts'
import type { Keys } from './keys.ts'
import { infoOf } from './server.ts'

const KEYS_PER_PAGE = 1_000
const MOST_ATTEMPTS = 4
const PAUSE_MS = 250
const SLOTS = 16_384

/** Runs a question to a server within the limits of the caller. */
export type Ask = <T>(question: () => Promise<T>) => Promise<T>

/**
 * Pages of the blocks on all masters, each block once; those that stay meanwhile are all there.
 *
 * A cursor means nothing to a server that has restarted or to the one that took over from it, and a slot that moves may
 * be missed on both sides. Then everything is scanned again.
 * @throws PoolError `ERR_BACKEND` when the servers keep changing, or one of them cannot be asked.
 */
export async function* scanBlocks(
  link: Link,
  keys: Keys,
  ask: Ask,
  name: string,
): AsyncGenerator<readonly CID[]> {
  const seen = new DigestSet(Math.floor(Math.random() * 2 ** 32))
  for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
    if (attempt > 0) await ask(() => refreshed(link))
    const masters = mastersOf(link)
    const before = await ask(() => shapeOf(link, masters))
    if (before === undefined) continue
    for (const master of masters) {
      for await (const page of scanServer(master, keys.pattern, ask)) {
        yield page.map(keys.cidOf).filter((cid) => cid !== undefined && seen.add(cid)) as CID[]
      }
    }
    if ((await ask(() => shapeOf(link, mastersOf(link)))) === before) return
  }
  const message = `${name}: servers restarted, or blocks moved between them, again and again during a listing`
  throw new PoolError('ERR_BACKEND', message, { retryable: true })
}

async function* scanServer(node: RedisClient, pattern: string, ask: Ask): AsyncGenerator<readonly string[]> {
  let cursor = '0'
  do {
    const args = [cursor, 'MATCH', pattern, 'COUNT', KEYS_PER_PAGE]
    const [next, page] = (await ask(() => node.callBuffer('scan', args))) as [Buffer, Buffer[]]
    yield page.map(String)
    cursor = String(next)
  } while (cursor !== '0')
}

/** What a listing relies on, as a text to compare; undefined when blocks are moving, or not every slot has a master. */
async function shapeOf(link: Link, masters: readonly RedisClient[]): Promise<string | undefined> {
  const runs = await Promise.all(masters.map(async (node) => (await infoOf(node, 'server')).get('run_id')))
  if (link.kind !== 'cluster') return runs.join()
  const owned = await Promise.all(masters.map(ownSlots))
  const count = owned.flat().reduce((sum, [from, to]) => sum + to - from + 1, 0)
  return count === SLOTS ? JSON.stringify([runs, owned]) : undefined
}

/** Ranges of slots that a node serves; none while it gives some away or takes some. */
async function ownSlots(node: RedisClient): Promise<readonly (readonly [number, number])[]> {
  const lines = String(await node.callBuffer('cluster', ['nodes'])).split('\n')
  const own = lines.find((line) => line.includes('myself')) ?? ''
  const [, , flags = '', , , , , , ...ranges] = own.split(' ')
  if (!flags.includes('master') || ranges.some((range) => range.startsWith('['))) return []
  return ranges.map((range) => {
    const [from = 0, to = from] = range.split('-').map(Number)
    return [from, to] as const
  })
}

async function refreshed(link: Link): Promise<void> {
  await sleep(PAUSE_MS)
  const { kind, client } = link
  if (kind === 'cluster') await new Promise<void>((resolve) => client.refreshSlotsCache(() => resolve()))
}
