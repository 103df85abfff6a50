import { type Cid, decodeCid } from '@atproto/lex-data'
import { BlockMap, type CommitData, ReadableBlockstore, type RepoStorage } from '@atproto/repo'
import { type Block, getAll, putAll } from '@blockpool/core'
import { type BlockKey, keyOf, toCid } from './keys.ts'
import { isOnRoot, moveRoot } from './root.ts'
import { lost, type Shared, tidy } from './shared.ts'

/** Blocks that are read at once. */
const CONCURRENCY = 32

/** The repository of one account. Any number of these may be made for it: they hold nothing themselves. */
export function repoStorage(shared: Shared, did: string): RepoStorage & ReadableBlockstore {
  return new PoolRepoStorage(shared, did)
}

class PoolRepoStorage extends ReadableBlockstore implements RepoStorage {
  readonly #shared: Shared
  readonly #did: string

  constructor(shared: Shared, did: string) {
    super()
    this.#shared = shared
    this.#did = did
  }

  async getRoot(): Promise<Cid | null> {
    const root = await this.#shared.index.root(this.#did)
    return root ? decodeCid(root.cid) : null
  }

  async has(cid: Cid): Promise<boolean> {
    const [has] = await this.#has([keyOf(cid)])
    return has === true
  }

  async getBytes(cid: Cid): Promise<Uint8Array | null> {
    const [bytes] = await this.#read([cid])
    return bytes ?? null
  }

  async getBlocks(cids: Cid[]): Promise<{ blocks: BlockMap; missing: Cid[] }> {
    const all = await this.#read(cids)
    const blocks = new BlockMap()
    const missing: Cid[] = []
    cids.forEach((cid, i) => {
      const bytes = all[i]
      if (bytes) blocks.set(cid, bytes)
      else missing.push(cid)
    })
    return { blocks, missing }
  }

  putBlock(cid: Cid, block: Uint8Array, rev: string): Promise<void> {
    return this.putMany(new BlockMap([[cid, block]]), rev)
  }

  /** They stay until the root moves, and are garbage after a restart if it has not. */
  async putMany(blocks: BlockMap, _rev: string): Promise<void> {
    const { claims, staged, store, turns } = this.#shared
    await turns.run(this.#did, async () => {
      const claim = staged.get(this.#did) ?? new Set()
      staged.set(this.#did, claim)
      const list = blocksOf(blocks)
      await claims.take(claim, list.keys())
      await putAll(store, list.values())
    })
  }

  updateRoot(cid: Cid, rev: string): Promise<void> {
    return this.#move(cid, rev, new Map())
  }

  async applyCommit(commit: CommitData): Promise<void> {
    await this.#move(commit.cid, commit.rev, blocksOf(commit.newBlocks), commit)
  }

  #move(cid: Cid, rev: string, blocks: ReadonlyMap<BlockKey, Block>, commit?: CommitData): Promise<void> {
    const shared = this.#shared
    return shared.turns.run(this.#did, async () => {
      const root = await shared.index.root(this.#did)
      if (isOnRoot(this.#did, root, cid, commit)) return
      const unused = await moveRoot(shared, { did: this.#did, root, cid, rev, blocks })
      await tidy(shared, this.#did, unused)
    })
  }

  /** Bytes for each CID; undefined where the block is none of this repository. */
  async #read(cids: readonly Cid[]): Promise<(Uint8Array | undefined)[]> {
    const mine = await this.#has(cids.map(keyOf))
    const wanted = cids.filter((_, i) => mine[i])
    const found = new Map<BlockKey, Uint8Array>()
    for await (const { cid, bytes } of getAll(this.#shared.store, wanted.map(toCid), {
      concurrency: CONCURRENCY,
    })) {
      if (bytes) found.set(keyOf(cid), bytes)
    }
    await this.#assertGone(wanted.map(keyOf).filter((key) => !found.has(key)))
    return cids.map((cid, i) => (mine[i] ? found.get(keyOf(cid)) : undefined))
  }

  /** A commit may have removed them meanwhile. */
  async #assertGone(keys: readonly BlockKey[]): Promise<void> {
    if (keys.length === 0) return
    const mine = await this.#has(keys)
    const missing = keys.filter((_, i) => mine[i])
    if (missing.length > 0) throw lost(this.#did, missing)
  }

  /** Blobs are none of it: a repository does not give out what is in quarantine. */
  async #has(keys: readonly BlockKey[]): Promise<boolean[]> {
    const { index, staged } = this.#shared
    const uses = await index.uses(this.#did, keys)
    const claim = staged.get(this.#did)
    return uses.map(({ tree, records }, i) => tree + records > 0 || claim?.has(keys[i] ?? '') === true)
  }
}

function blocksOf(blocks: BlockMap): Map<BlockKey, Block> {
  const list = new Map<BlockKey, Block>()
  for (const [cid, bytes] of blocks) list.set(keyOf(cid), { cid: toCid(cid), bytes })
  return list
}
