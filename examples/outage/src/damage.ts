import { rm } from 'node:fs/promises'
import { blockName, cidFromMultihash, type StoragePool } from '@blockpool/core'
import Database from 'better-sqlite3'

/** Takes a backend away as a lost disk would: its folder is gone while the pool is open. */
export async function takeAway(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true })
}

/**
 * Flips one bit in copies that stand in the SQLite file, behind the pool's back, where another backend that is still
 * there has a good copy. Returns the names of the blocks, at most `count`.
 */
export async function flipBits(
  pool: StoragePool,
  file: string,
  goodCopyIn: string,
  count: number,
): Promise<string[]> {
  const database = new Database(file)
  try {
    const keys = database.prepare('SELECT key FROM blocks').pluck().all() as Uint8Array[]
    const read = database.prepare('SELECT data FROM blocks WHERE key = ?').pluck()
    const write = database.prepare('UPDATE blocks SET data = ? WHERE key = ?')
    const flipped: string[] = []
    for (const key of keys) {
      if (flipped.length === count) break
      const cid = cidFromMultihash(Uint8Array.from(key))
      const places = await pool.locate(cid)
      const data = read.get(key) as Uint8Array
      if (data.length === 0 || !places.some((p) => p.backend === goodCopyIn && p.state === 'present'))
        continue
      data[data.length >> 1] = (data[data.length >> 1] ?? 0) ^ 1
      write.run(data, key)
      flipped.push(blockName(cid))
    }
    return flipped
  } finally {
    database.close()
  }
}
