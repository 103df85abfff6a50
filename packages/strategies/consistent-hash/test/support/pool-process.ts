// A process with a pool of its own over SQLite files: does what it is told, and says what that took.
import { join } from 'node:path'
import { consistentHash } from '@blockpool/consistent-hash'
import { type BackendEntry, createPool, type StoragePool } from '@blockpool/core'
import { sqlite } from '@blockpool/sqlite'
import { many } from '../../../test/candidates.ts'
import type { PoolSetup, Task, Told } from './processes.ts'

const setup: PoolSetup = JSON.parse(process.argv[2] ?? '{}')
const texts = new TextEncoder()
const pool = await open(setup)

function open({ folder, backends, readOnly, copies, seed }: PoolSetup): Promise<StoragePool> {
  const entries = backends.map((id): [string, BackendEntry] => {
    const backend = sqlite({ path: join(folder, `${id}.db`), synchronous: 'off', busyTimeoutMs: 20_000 })
    return [id, { backend, write: !readOnly.includes(id) }]
  })
  const strategy = consistentHash()
  return createPool({ strategy, copies, seed, maxHints: 0, backends: Object.fromEntries(entries) })
}

/** Calls that each backend has had until now. */
function calls(): Record<string, number> {
  const { backends } = pool.stats()
  return Object.fromEntries(Object.values(backends).map(({ id, operations }) => [id, operations]))
}

async function run({ verb, from, to }: Task): Promise<Told> {
  const blocks = many(to).slice(from)
  const before = calls()
  const found = blocks.map(async ({ cid }, i) => {
    if (verb === 'put') await pool.put({ cid, bytes: texts.encode(`block ${from + i}`) })
    return verb === 'put' || (await pool.get(cid)) !== undefined
  })
  const missed = (await Promise.all(found)).filter((isThere) => !isThere).length
  await pool.settled()
  const after = calls()
  const asked = Object.fromEntries(Object.keys(after).map((id) => [id, (after[id] ?? 0) - (before[id] ?? 0)]))
  return { missed, asked }
}

process.on('message', async (task: Task) => process.send?.(await run(task)))
process.once('disconnect', () => pool.close())
process.send?.('open')
