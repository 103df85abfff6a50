import type { Backend } from '@blockpool/core'
import { cidOf, numberedBlock, sameBlock, sameBytes } from './blocks.ts'
import type { Ledger } from './ledger.ts'

/**
 * What was found wrong. `lost`: an acknowledged block is not there. `undone`: an acknowledged delete is. `torn`: bytes
 * that do not match are visible. `stale`: a temp file outlived `open`. `broken`: an operation failed that had no reason to.
 */
export type Fault = 'lost' | 'undone' | 'torn' | 'stale' | 'broken'

export interface Finding {
  readonly fault: Fault
  readonly detail: string
}

export type Report = (fault: Fault, detail: string) => void

/** Whether the store shows what the ledger asks for; resolves to what is there, undefined when that is not known. */
export async function judgeBlock(
  store: Backend,
  ledger: Ledger,
  n: number,
  report: Report,
  maxBytes?: number,
): Promise<boolean | undefined> {
  const { cid, bytes } = numberedBlock(n, maxBytes)
  const expected = ledger.expectation(n)
  try {
    const found = await store.get(cid)
    const torn = found !== undefined && !sameBytes(found, bytes)
    if (torn) report('torn', `block ${n} of ${bytes.length} bytes came with ${found.length}`)
    if (!found && expected === 'present') report('lost', `block ${n} in ${store.type}`)
    if (found && expected === 'absent') report('undone', `block ${n} in ${store.type}`)
    if ((await store.has(cid)) !== (found !== undefined)) report('broken', `has and get differ on block ${n}`)
    return found !== undefined
  } catch (error) {
    report('broken', `get of block ${n} (${expected}): ${String(error)}`)
    return undefined
  }
}

/** Whether every listed block is whole, and every expected one is listed. */
export async function judgeListing(
  store: Backend,
  ledger: Ledger,
  report: Report,
  maxBytes?: number,
): Promise<void> {
  const wanted = new Map(ledger.expecting('present').map((n) => [String(numberedBlock(n, maxBytes).cid), n]))
  let listed = 0
  for await (const cid of store.list()) {
    listed++
    const bytes = await store.get(cid)
    if (!bytes || !sameBlock(cidOf(bytes), cid)) report('torn', `listed block ${cid}`)
    wanted.delete(String(cid))
  }
  for (const n of wanted.values()) report('lost', `block ${n} is not listed`)
  const usage = await store.usage?.()
  if (usage && store.type !== 'pool' && usage.blocks !== listed) {
    report('broken', `usage counts ${usage.blocks} blocks, the listing ${listed}`)
  }
}

/** Whether the store takes, returns and deletes a block. */
export async function judgeUse(store: Backend, n: number, report: Report): Promise<void> {
  const { cid, bytes } = numberedBlock(n)
  try {
    await store.put({ cid, bytes })
    const found = await store.get(cid)
    if (!found || !sameBytes(found, bytes)) report('broken', 'a new block does not come back')
    await store.delete(cid)
    if (await store.get(cid)) report('broken', 'a deleted block is still there')
  } catch (error) {
    report('broken', `use after opening: ${String(error)}`)
  }
}
