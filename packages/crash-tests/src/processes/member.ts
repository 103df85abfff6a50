// A process of its own: does its share of the operations on a store that others use too, and judges every answer.
import { encode } from '../crash/job.ts'
import { numberedBlock, sameBytes } from '../shared/blocks.ts'
import { seeded } from '../shared/random.ts'
import { say } from '../shared/say.ts'
import { COMMON, OWN, type Share } from './job.ts'
import { openShared } from './store.ts'

const IN_FLIGHT = 8
const MAX_BLOCK_BYTES = 4_096

const share: Share = JSON.parse(process.argv[2] ?? '{}')
const random = seeded(share.seed)
const live = new Set(share.live)
const busy = new Set<number>()
let done = 0

function fail(reason: string): void {
  say(encode({ type: 'failed', at: 0, reason }))
}

const store = await openShared(share)

async function change(operation: 'put' | 'delete', n: number): Promise<void> {
  const block = numberedBlock(n, MAX_BLOCK_BYTES)
  say(encode({ type: 'begin', at: 0, operation, n }))
  await (operation === 'put' ? store.put(block) : store.delete(block.cid))
  say(encode({ type: 'end', at: 0, operation, n }))
  if (operation === 'put') live.add(n)
  else live.delete(n)
}

async function look(n: number): Promise<void> {
  const { cid, bytes } = numberedBlock(n, MAX_BLOCK_BYTES)
  const expected = live.has(n)
  const found = await store.get(cid)
  if (found && !sameBytes(found, bytes)) fail(`block ${n} came with other bytes`)
  if (expected && !found) fail(`block ${n} was acknowledged and is gone`)
  if (!expected && found && n >= COMMON) fail(`block ${n} was deleted and is back`)
}

async function operate(): Promise<void> {
  const isCommon = random.oneIn(2)
  const n = isCommon ? random.below(COMMON) : share.ownFrom + random.below(OWN)
  const looks = random.oneIn(2)
  if (busy.has(n)) return
  busy.add(n)
  try {
    if (looks) await look(n)
    else await change(!isCommon && live.has(n) && random.oneIn(2) ? 'delete' : 'put', n)
  } catch (error) {
    fail(String(error))
  } finally {
    busy.delete(n)
  }
}

say(encode({ type: 'open', at: 0 }))
await Promise.all(
  Array.from({ length: IN_FLIGHT }, async () => {
    while (done++ < share.operations) await operate()
  }),
)
await store.close?.()
say(encode({ type: 'ready' }))
