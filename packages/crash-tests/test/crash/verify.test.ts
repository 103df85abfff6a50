import { readdir, truncate, unlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { openTarget, type TargetName } from '../../src/crash/targets.ts'
import { verify } from '../../src/crash/verify.ts'
import { numberedBlock } from '../../src/shared/blocks.ts'
import type { Fault } from '../../src/shared/judge.ts'
import { Ledger } from '../../src/shared/ledger.ts'
import { withFolder } from '../../src/shared/temporary.ts'

/** What the judge says of three acknowledged puts and an acknowledged delete, after something was done to the store. */
function faultsAfter(target: TargetName, deed: (folder: string) => Promise<unknown>): Promise<Fault[]> {
  return withFolder(async (folder) => {
    const ledger = new Ledger()
    const store = await openTarget(target, folder)
    for (const n of [0, 1, 2, 3]) {
      await store.put(numberedBlock(n))
      ledger.acknowledge('put', n)
    }
    await store.delete(numberedBlock(3).cid)
    ledger.acknowledge('delete', 3)
    await store.close?.()
    await deed(folder)
    const faults = new Set<Fault>()
    const report = (fault: Fault) => faults.add(fault)
    await verify({ target, folder, ledger, numbers: [0, 1, 2, 3], listing: true, unused: 9, report })
    return [...faults].sort()
  })
}

async function blockFiles(folder: string): Promise<string[]> {
  const entries = await readdir(`${folder}/files/blocks`, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile() && entry.name !== 'store.json')
  return files.map((entry) => join(entry.parentPath, entry.name))
}

const first = async (folder: string) => (await blockFiles(folder))[0] as string

function sql(text: string, ...values: unknown[]): (folder: string) => Promise<void> {
  return async (folder) => {
    const db = new Database(`${folder}/blocks.db`)
    db.prepare(text).run(...values)
    db.close()
  }
}

async function bringBack(target: 'fs' | 'sqlite', folder: string): Promise<void> {
  const store = await openTarget(target, folder)
  await store.put(numberedBlock(3))
  await store.close?.()
}

describe('the judge of what a kill has left', () => {
  it.each(['fs', 'sqlite', 'pool'] as const)(
    'has nothing to say of a store that was left alone: %s',
    async (target) => {
      expect(await faultsAfter(target, async () => {})).toEqual([])
    },
  )

  it('finds a lost block', async () => {
    expect(await faultsAfter('fs', async (folder) => unlink(await first(folder)))).toContain('lost')
    const lose = sql('DELETE FROM blocks WHERE key = ?', numberedBlock(1).cid.multihash.bytes)
    expect(await faultsAfter('sqlite', lose)).toContain('lost')
    expect(await faultsAfter('pool', lose)).toContain('lost')
  })

  it('finds a torn block', async () => {
    expect(await faultsAfter('fs', async (folder) => truncate(await first(folder), 5))).toContain('torn')
    const tear = sql('UPDATE blocks SET data = substr(data, 1, 5)')
    expect(await faultsAfter('sqlite', tear)).toContain('torn')
  })

  it('finds a deleted block that is back', async () => {
    expect(await faultsAfter('fs', (folder) => bringBack('fs', folder))).toContain('undone')
    expect(await faultsAfter('pool', (folder) => bringBack('sqlite', folder))).toContain('undone')
  })

  it('finds a stale temp file', async () => {
    const leave = (folder: string) => writeFile(`${folder}/files/tmp/something`, 'left')
    expect(await faultsAfter('fs', leave)).toEqual(['stale'])
  })

  it('finds a store that does not open', async () => {
    const spoil = (folder: string) => writeFile(`${folder}/files/blocks/store.json`, '{}')
    await expect(faultsAfter('fs', spoil)).rejects.toMatchObject({ code: 'ERR_STORE_INVALID' })
  })
})
