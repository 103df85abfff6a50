// A process of its own: a store in trouble, alone and in a pool. Prints a ScenarioResult.
import { createInterface } from 'node:readline'
import { type Backend, createPool, errorCode, memory, type PoolError } from '@blockpool/core'
import { fs } from '@blockpool/fs'
import { sqlite } from '@blockpool/sqlite'
import { numberedBlock, sameBytes } from '../shared/blocks.ts'
import type { Scenario, ScenarioResult } from './scenario.ts'

const scenario: Scenario = JSON.parse(process.argv[2] ?? '{}')
const rejections: Record<string, number> = {}
const untyped: string[] = []
const poolFailures: string[] = []
let torn = 0

function storeAt(name: string): Backend {
  const path = `${scenario.folder}/${name}`
  return scenario.backend === 'fs' ? fs(path) : sqlite(`${path}.db`)
}

function note(error: unknown): void {
  const code = errorCode(error)
  if (code === undefined) untyped.push(String(error))
  const key = `${code}/${(error as PoolError).retryable ? 'retryable' : 'lasting'}`
  rejections[key] = (rejections[key] ?? 0) + 1
}

/** Runs the task for numbers from `from` on, several at once. */
async function forNumbers(from: number, task: (n: number) => Promise<void>): Promise<void> {
  let next = from
  const worker = async () => {
    while (next < from + scenario.puts) await task(next++)
  }
  await Promise.all(Array.from({ length: scenario.inFlight }, worker))
}

/** True when the block is there; a store in trouble is asked again. */
async function isThere(store: Backend, n: number): Promise<boolean> {
  const { cid, bytes } = numberedBlock(n)
  for (let attempt = 0; ; attempt++) {
    try {
      const found = await store.get(cid)
      if (found && !sameBytes(found, bytes)) torn++
      return found !== undefined
    } catch (error) {
      note(error)
      if (attempt === 20) throw error
    }
  }
}

/** Puts, and gets of what was put, until all were tried; the numbers that were acknowledged. */
async function exhaust(store: Backend): Promise<number[]> {
  const acknowledged: number[] = []
  await forNumbers(0, async (n) => {
    await store.put(numberedBlock(n)).then(() => acknowledged.push(n), note)
    const earlier = numberedBlock(acknowledged[n % (acknowledged.length || 1)] ?? n)
    const found = await store.get(earlier.cid).catch(note)
    if (found && !sameBytes(found, earlier.bytes)) torn++
  })
  return acknowledged
}

async function usePool(victim: Backend): Promise<void> {
  const pool = await createPool({
    backends: {
      victim: { backend: victim, priority: 200 },
      one: { backend: memory() },
      two: { backend: memory() },
    },
    copies: 2,
    writeQuorum: 'all',
  })
  await forNumbers(scenario.puts, async (n) => {
    const { cid, bytes } = numberedBlock(n)
    try {
      await pool.put({ cid, bytes })
      const found = await pool.get(cid)
      if (!found) poolFailures.push(`block ${n} is not there`)
      else if (!sameBytes(found, bytes)) torn++
    } catch (error) {
      poolFailures.push(String(error))
    }
  })
  await pool.close()
}

async function recovers(store: Backend, acknowledged: readonly number[]): Promise<boolean> {
  const deleted = acknowledged.slice(-3)
  for (const n of deleted) await store.delete(numberedBlock(n).cid).catch(note)
  const block = numberedBlock(10 * scenario.puts, 600)
  for (let attempt = 0; attempt < 20; attempt++) {
    try {
      await store.put(block)
      return (await store.get(block.cid)) !== undefined
    } catch (error) {
      note(error)
    }
  }
  return false
}

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]()

/** Says where it stands and waits for the word to go on. */
async function reach(stage: string): Promise<void> {
  console.log(stage)
  await lines.next()
}

const alone = storeAt('alone')
await alone.open?.()
// Opened before there is trouble: the pool opens it again, which changes nothing.
const pooled = storeAt('pooled')
await pooled.open?.()
await reach('ready')
const acknowledged = await exhaust(alone)
// Opening a store of files needs as little as using it, and making one takes long.
if (scenario.backend === 'sqlite') await storeAt('third').open?.().catch(note)
await usePool(pooled)
await reach('done')
let lost = 0
for (const n of acknowledged) if (!(await isThere(alone, n))) lost++
const result: ScenarioResult = {
  rejections,
  untyped,
  acknowledged: acknowledged.length,
  lost,
  torn,
  recovered: await recovers(alone, acknowledged),
  poolFailures: poolFailures.slice(0, 5),
}
console.log(JSON.stringify(result))
// The stores may be unable to close.
process.exit(0)
