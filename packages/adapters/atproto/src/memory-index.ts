import { AtprotoError } from './errors.ts'
import type { BlockKey } from './keys.ts'
import type { BlobEntry, IndexChange, RepoIndex, RepoRoot, Uses } from './repo-index.ts'

interface Account {
  root: RepoRoot | undefined
  readonly uses: Map<BlockKey, Uses>
  readonly blobs: Map<string, BlobEntry>
}

const NONE: Uses = { tree: 0, records: 0, blobs: 0 }

/** An index that ends with the process: for tests, and as the reference for others. */
export function memoryIndex(): RepoIndex {
  const accounts = new Map<string, Account>()
  /** The blocks that may be in the store, and how many accounts refer to each. */
  const blocks = new Map<BlockKey, number>()
  const account = (did: string): Account => {
    const found = accounts.get(did) ?? { root: undefined, uses: new Map(), blobs: new Map() }
    accounts.set(did, found)
    return found
  }
  const count = (key: BlockKey, by: number): void => void blocks.set(key, (blocks.get(key) ?? 0) + by)

  const use = ({ uses }: Account, key: BlockKey, by: Uses): void => {
    const before = uses.get(key)
    const after = sum(before ?? NONE, by)
    if (!before) count(key, 1)
    uses.set(key, after)
    if (after.tree + after.records + after.blobs > 0) return
    uses.delete(key)
    count(key, -1)
  }
  const apply = (change: IndexChange): void => {
    switch (change.type) {
      case 'claim':
        for (const key of change.keys) count(key, 0)
        return
      case 'use':
        use(account(change.did), change.key, change.by)
        return
      case 'root':
        account(change.did).root = change.root
        return
      case 'blob':
        if (change.entry) account(change.did).blobs.set(change.name, change.entry)
        else account(change.did).blobs.delete(change.name)
        return
      case 'leave':
        for (const key of accounts.get(change.did)?.uses.keys() ?? []) count(key, -1)
        accounts.delete(change.did)
        return
      case 'forget':
        for (const key of change.keys) if (blocks.get(key) === 0) blocks.delete(key)
    }
  }
  return {
    root: async (did) => accounts.get(did)?.root,
    uses: async (did, keys) => keys.map((key) => accounts.get(did)?.uses.get(key) ?? NONE),
    needed: async (keys) => keys.map((key) => (blocks.get(key) ?? 0) > 0),
    async unneeded(after, limit) {
      const found = [...blocks].filter(([key, holders]) => holders === 0 && key > (after ?? ''))
      return found
        .map(([key]) => key)
        .sort()
        .slice(0, limit)
    },
    blob: async (did, name) => accounts.get(did)?.blobs.get(name),
    async temporary(before) {
      const all = [...accounts].flatMap(([did, { blobs }]) =>
        [...blobs].map(([name, entry]) => ({ did, name, entry })),
      )
      const old = all.filter(({ entry }) => entry.state === 'temporary' && entry.since < before)
      return old.sort((a, b) => a.entry.since - b.entry.since).map(({ did, name }) => ({ did, name }))
    },
    async write(changes) {
      assertUses(changes, (did, key) => accounts.get(did)?.uses.get(key) ?? NONE)
      changes.forEach(apply)
    },
  }
}

/** Before anything is changed, so that all of it or nothing happens. */
function assertUses(changes: readonly IndexChange[], usesOf: (did: string, key: BlockKey) => Uses): void {
  const after = new Map<string, Uses>()
  for (const change of changes) {
    if (change.type !== 'use') continue
    const { by, did, key } = change
    const uses = sum(after.get(did + key) ?? usesOf(did, key), by)
    if (Math.min(uses.tree, uses.records, uses.blobs) < 0) {
      throw new AtprotoError('ERR_ATPROTO_INDEX', 'a use that is not there ends', { did })
    }
    after.set(did + key, uses)
  }
}

function sum(a: Uses, b: Uses): Uses {
  return { tree: a.tree + b.tree, records: a.records + b.records, blobs: a.blobs + b.blobs }
}
