// A process of its own: uses a pool that other processes use too, a round of operations at each line of its input.
import { createInterface } from 'node:readline'
import { errorCode } from '@blockpool/core'
import { numberedBlock, sameBytes } from '../shared/blocks.ts'
import { seeded } from '../shared/random.ts'
import { say } from '../shared/say.ts'
import { type Job, now, type Said } from './lines.ts'
import { openPlace } from './place.ts'

const IN_FLIGHT = 8
const MAX_BLOCK_BYTES = 2_048

const job: Job = JSON.parse(process.argv[2] ?? '{}')
const random = seeded(job.seed)
const failures: Record<string, number> = {}
let ids = 0

function tell(said: Said): void {
  say(JSON.stringify(said))
}

const pool = await openPlace(job.place)

async function change(kind: 'put' | 'delete', n: number): Promise<void> {
  const block = numberedBlock(n, MAX_BLOCK_BYTES)
  const id = ids++
  tell({ is: 'begun', id, kind, n, at: now() })
  let acknowledged = false
  try {
    await (kind === 'put' ? pool.put(block) : pool.delete(block.cid))
    acknowledged = true
  } catch (error) {
    const code = errorCode(error) ?? String(error)
    failures[code] = (failures[code] ?? 0) + 1
  }
  tell({ is: 'ended', id, acknowledged, at: now() })
}

async function look(n: number): Promise<void> {
  const { cid, bytes } = numberedBlock(n, MAX_BLOCK_BYTES)
  try {
    const found = await pool.get(cid)
    if (found && !sameBytes(found, bytes)) tell({ is: 'wrong', what: `block ${n} came with other bytes` })
  } catch (error) {
    if (errorCode(error) === undefined) tell({ is: 'wrong', what: String(error) })
  }
}

async function round(operations: number): Promise<void> {
  let left = operations
  const caller = async (): Promise<void> => {
    while (left-- > 0) {
      const n = random.below(job.blocks)
      const dice = random.below(10)
      await (dice < 4 ? change('put', n) : dice < 7 ? change('delete', n) : look(n))
    }
  }
  await Promise.all(Array.from({ length: IN_FLIGHT }, caller))
  tell({ is: 'done', repairs: pool.stats().repairs, failures })
}

tell({ is: 'open' })
const lines = createInterface({ input: process.stdin })
for await (const line of lines) await round(Number(line))
await pool.close()
