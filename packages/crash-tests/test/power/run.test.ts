import type { FileSystem } from '@blockpool/fs'
import { describe, expect, it } from 'vitest'
import { type PowerResult, runPower } from '../../src/index.ts'
import { testSeed } from '../support/seed.ts'

const POINTS = 2_000
const NOTHING = { lost: 0, undone: 0, torn: 0, stale: 0, broken: 0, findings: [] }

/** A file system with a fault of its own. The making of the store is spared: it would be the first to fail. */
function shortRun(wrap: (files: FileSystem) => FileSystem): Promise<PowerResult> {
  return runPower({ points: 200, seed: 1, wrap })
}

const isShard = (path: string) => /\/blocks\/[a-z2-7]{2}$/.test(path)

describe('power cuts', () => {
  it('take nothing that the fs store has acknowledged', { timeout: 120_000 }, async () => {
    const result = await runPower({ points: POINTS, seed: testSeed(`--points ${POINTS}`) })
    expect(result).toMatchObject({ points: POINTS, ...NOTHING })
    expect(result.acknowledged).toBeGreaterThan(POINTS / 50)
  })

  it('are the same for the same seed', async () => {
    const run = () => runPower({ points: 100, seed: 5 })
    expect(await run()).toEqual(await run())
  })

  it('take blocks from a store that does not sync', async () => {
    const result = await runPower({ points: 200, seed: 1, durability: 'process' })
    expect(result.lost).toBeGreaterThan(0)
    expect(result.torn).toBeGreaterThan(0)
  })

  it('take blocks, and deletes, where the syncs of folders are lies', async () => {
    const result = await shortRun((files) => ({
      ...files,
      syncFolder: async (path) => (isShard(path) ? undefined : files.syncFolder(path)),
    }))
    expect(result.lost).toBeGreaterThan(0)
    expect(result.undone).toBeGreaterThan(0)
  })

  it('tear blocks where the syncs of files are lies', async () => {
    const result = await shortRun((files) => ({
      ...files,
      create: async (path) => {
        const file = await files.create(path)
        return path.endsWith('store.json') ? file : { ...file, sync: async () => {} }
      },
    }))
    expect(result.torn).toBeGreaterThan(0)
  })

  it('take blocks where a folder is synced before the rename, and not after it', async () => {
    const result = await shortRun((files) => ({
      ...files,
      rename: async (from, to) => {
        const folder = to.slice(0, to.lastIndexOf('/'))
        if (isShard(folder)) await files.syncFolder(folder)
        await files.rename(from, to)
      },
      syncFolder: async (path) => (isShard(path) ? undefined : files.syncFolder(path)),
    }))
    expect(result.lost).toBeGreaterThan(0)
  })
})
