import { rm } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Backend, createPool, type StoragePool } from '@blockpool/core'
import { type FileSystem, fs, nodeFileSystem } from '@blockpool/fs'
import { sqlite } from '@blockpool/sqlite'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { numberedBlock } from '../../src/shared/blocks.ts'
import { Load } from '../../src/shared/load.ts'
import { withFolder } from '../../src/shared/temporary.ts'

/** Rounds of each caller before, in and after the outage. */
const BEFORE = 25
const DURING = 60
const AFTER = 15

/** A file system whose calls never end while it hangs. */
function hangingFiles(): { readonly files: FileSystem; hang(): void; goOn(): void } {
  let gate: PromiseWithResolvers<void> | undefined
  const files = Object.fromEntries(
    Object.entries(nodeFileSystem).map(([name, call]) => [
      name,
      async (...args: never[]) => {
        await gate?.promise
        return (call as (...args: never[]) => unknown)(...args)
      },
    ]),
  ) as unknown as FileSystem
  return {
    files,
    hang: () => {
      gate = Promise.withResolvers()
    },
    goOn: () => {
      gate?.resolve()
      gate = undefined
    },
  }
}

interface Outage {
  readonly begin: () => Promise<void>
  readonly end: (pool: StoragePool) => Promise<void>
}

/** Blocks that have fewer than three whole copies, once what is owed was paid. */
async function short(pool: StoragePool, { acknowledged }: Load): Promise<readonly string[]> {
  const deadline = performance.now() + 30_000
  while (pool.stats().debts > 0 && performance.now() < deadline) await sleep(50)
  await pool.settled()
  const found: string[] = []
  for (const n of acknowledged) {
    const located = await pool.locate(numberedBlock(n).cid)
    const missing = located.filter(({ state }) => state !== 'present')
    if (missing.length > 0) found.push(`block ${n} is not on ${missing.map(({ backend }) => backend)}`)
  }
  return found
}

/** Three stores, one of them in trouble in the middle of the load, with two of three copies acknowledged. */
async function expectUnnoticed(folder: string, victim: Backend, { begin, end }: Outage): Promise<void> {
  const pool = await createPool({
    copies: 3,
    durability: 'process',
    healthIntervalMs: 500,
    repairsPerSecond: 10_000,
    backends: {
      victim: { backend: victim, priority: 200 },
      files: { backend: fs({ path: `${folder}/files`, durability: 'process' }) },
      database: { backend: sqlite({ path: `${folder}/blocks.db`, synchronous: 'normal' }) },
    },
  })
  // From here on: to open may take longer than a call.
  pool.configure('victim', { timeoutMs: 300 })
  try {
    const load = new Load(pool)
    await load.rounds(BEFORE)
    await begin()
    await load.rounds(DURING)
    expect(pool.stats().healthyBackends, 'the outage has hit the pool').toBe(2)
    await end(pool)
    await load.rounds(AFTER)
    expect(load.failures).toEqual([])
    expect((await pool.scrub()).complete).toBe(true)
    expect(await short(pool, load)).toEqual([])
    expect(pool.stats()).toMatchObject({ healthyBackends: 3, debts: 0 })
  } finally {
    await pool.close()
  }
}

/** A breaker lets a put through when its time has come. */
async function putUntilHealthy(pool: StoragePool): Promise<void> {
  for (let n = 2_000_000; pool.stats().healthyBackends < 3; n++) {
    await pool.put(numberedBlock(n))
    await sleep(20)
  }
}

describe('one of three real backends, under load: no read and no write fails, and all copies are back, when', () => {
  it('its directory is deleted', { timeout: 60_000 }, () =>
    withFolder(async (folder) => {
      const path = `${folder}/victim`
      await expectUnnoticed(folder, fs({ path, durability: 'process' }), {
        begin: () => rm(path, { recursive: true }),
        // The operator's way out: the store is gone, and an empty one takes its place.
        end: async (pool) => {
          await pool.remove('victim', { force: true })
          await pool.add('victim', { backend: fs({ path, durability: 'process' }) })
        },
      })
    }),
  )

  it('its database is locked', { timeout: 60_000 }, () =>
    withFolder(async (folder) => {
      const path = `${folder}/victim.db`
      let lock: InstanceType<typeof Database> | undefined
      const victim = sqlite({ path, synchronous: 'normal', busyTimeoutMs: 200 })
      await expectUnnoticed(folder, victim, {
        begin: async () => {
          lock = new Database(path)
          lock.exec('BEGIN IMMEDIATE')
        },
        end: async (pool) => {
          lock?.exec('ROLLBACK')
          lock?.close()
          await putUntilHealthy(pool)
        },
      })
    }),
  )

  it('it hangs', { timeout: 60_000 }, () =>
    withFolder(async (folder) => {
      const { files, hang, goOn } = hangingFiles()
      const victim = fs({ path: `${folder}/victim`, durability: 'process', fileSystem: files })
      await expectUnnoticed(folder, victim, {
        begin: async () => hang(),
        end: async (pool) => {
          goOn()
          await putUntilHealthy(pool)
        },
      })
    }),
  )
})
