import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'

/** A folder for the tests of one file, removed after them. */
export function scratchFolder(): string {
  const root = mkdtempSync(join(tmpdir(), 'blockpool-fs-'))
  afterAll(() => rmSync(root, { recursive: true }), 60_000)
  return root
}

export interface EmptyStores {
  /** A folder without a store, or with an empty one from an earlier test. */
  take(): string
  /** Empties the store, whose folders are all there, for a later test. */
  giveBack(path: string): void
}

/** Making and removing the 1,024 folders of a store takes 0.3 s on ext4 or more: tests use them again. */
export function emptyStores(root: string = scratchFolder()): EmptyStores {
  const free: string[] = []
  let made = 0
  return {
    take: () => free.pop() ?? join(root, `store-${made++}`),
    giveBack: (path) => {
      rmSync(join(path, 'blocks', 'note'), { force: true })
      const folders = readdirSync(join(path, 'blocks')).filter((name) => name !== 'store.json')
      for (const folder of ['tmp', ...folders.map((shard) => join('blocks', shard))]) {
        for (const name of readdirSync(join(path, folder))) {
          rmSync(join(path, folder, name), { recursive: true })
        }
      }
      free.push(path)
    },
  }
}

/** Paths of all files, links and other things under a folder that are no folders. */
export function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name))
}
