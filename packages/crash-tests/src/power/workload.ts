import { type Backend, blockName } from '@blockpool/core'
import { numberedBlock } from '../shared/blocks.ts'
import type { Report } from '../shared/judge.ts'
import type { Ledger } from '../shared/ledger.ts'
import type { Random } from '../shared/random.ts'

export interface Workload {
  readonly store: Backend
  readonly ledger: Ledger
  readonly random: Random
  /** Operations, several of them in flight. */
  readonly operations: number
  /** Operations may fail, since calls of the file system do. */
  readonly mayFail: boolean
  readonly report: Report
}

const IN_FLIGHT = 5
const MAX_BLOCK_BYTES = 3_000

export function smallBlock(n: number): ReturnType<typeof numberedBlock> {
  let block = blocks.get(n)
  if (!block) {
    block = numberedBlock(n, MAX_BLOCK_BYTES)
    blocks.set(n, block)
  }
  return block
}
const blocks = new Map<number, ReturnType<typeof numberedBlock>>()

/** Numbers of blocks that share three folders of the store, so that the syncs of a folder meet. */
function neighbours(): readonly number[] {
  chosen ??= chooseNeighbours()
  return chosen
}
let chosen: readonly number[] | undefined

function chooseNeighbours(): readonly number[] {
  const folders = Map.groupBy(Array.from({ length: 3_000 }).keys(), (n) =>
    blockName(smallBlock(n).cid).slice(-3, -1),
  )
  const numbers = [...folders.values()]
    .sort((a, b) => b.length - a.length)
    .slice(0, 3)
    .flat()
  blocks.clear()
  return numbers
}

/** Puts and deletes at random. Puts of one block may overlap, a put and a delete of it do not. */
export async function runWorkload(workload: Workload): Promise<void> {
  const { operations } = workload
  const busy = new Map<number, number>()
  let left = operations
  const worker = async () => {
    while (left-- > 0) await operate(workload, busy)
  }
  await Promise.all(Array.from({ length: IN_FLIGHT }, worker))
}

async function operate(workload: Workload, busy: Map<number, number>): Promise<void> {
  const { ledger, random, store } = workload
  const n = random.pick(neighbours())
  const others = busy.get(n) ?? 0
  const deletes = random.oneIn(3)
  // Negative: a delete is under way.
  if (others < 0 || (deletes && others > 0)) return
  busy.set(n, deletes ? -1 : others + 1)
  const operation = deletes ? 'delete' : 'put'
  const abort = new AbortController()
  ledger.begin(operation, n)
  try {
    const block = smallBlock(n)
    const options = { signal: abort.signal }
    const done = deletes ? store.delete(block.cid, options) : store.put(block, options)
    if (random.oneIn(20)) queueMicrotask(() => abort.abort(new Error('aborted by the workload')))
    await done
    ledger.acknowledge(operation, n)
  } catch (error) {
    if (!abort.signal.aborted && !workload.mayFail)
      workload.report('broken', `${operation}: ${String(error)}`)
  } finally {
    busy.set(n, deletes ? 0 : (busy.get(n) ?? 1) - 1)
  }
}
