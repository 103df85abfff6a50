import { type Cid, decodeCid } from '@atproto/lex-data'
import type { CommitData } from '@atproto/repo'
import { type Block, blockKey, getAll, putAll } from '@blockpool/core'
import { equals } from 'multiformats/bytes'
import type { Claim } from './claims.ts'
import { each } from './each.ts'
import { AtprotoError } from './errors.ts'
import { type BlockKey, cidOfKey, keyOf, toCid } from './keys.ts'
import { acquire, type ReadBlocks, release } from './move.ts'
import type { RepoRoot } from './repo-index.ts'
import { lost, type Shared, tidy } from './shared.ts'
import { Tally } from './tally.ts'
import { commitOf } from './tree.ts'

/** Look-ups and puts under way at once. */
const CONCURRENCY = 32

export interface Move {
  readonly did: string
  /** Where the repository is. */
  readonly root: RepoRoot | undefined
  /** The commit to which it moves. */
  readonly cid: Cid
  readonly rev: string
  /** Blocks that come with it. */
  readonly blocks: ReadonlyMap<BlockKey, Block>
}

/**
 * The repository is on this commit already: a call whose answer was lost is made again.
 * @throws AtprotoError `ERR_ATPROTO_STALE_COMMIT`, `ERR_ATPROTO_REPO_EXISTS` for a commit that is made on another root.
 */
export function isOnRoot(
  did: string,
  root: RepoRoot | undefined,
  cid: Cid,
  commit: CommitData | undefined,
): boolean {
  if (root && equals(root.cid, cid.bytes)) return true
  if (!commit) return false
  if (commit.prev) {
    if (root && equals(root.cid, commit.prev.bytes)) return false
    const message = `the repository ${did} is no longer on ${commit.prev}: load it again and make the commit anew`
    throw new AtprotoError('ERR_ATPROTO_STALE_COMMIT', message, { did })
  }
  // A commit that is signed anew has no predecessor either, and removes the root.
  if (!root || commit.removedCids.toList().some((removed) => equals(removed.bytes, root.cid))) return false
  const message = `there is a repository ${did}: remove it first, or make a commit on its root`
  throw new AtprotoError('ERR_ATPROTO_REPO_EXISTS', message, { did })
}

/**
 * Stores the blocks, then moves the root. In which order things become true:
 *
 * 1. The index knows the blocks that come (a claim). A crash from here on leaves blocks that nobody needs, which `collect`
 *    finds.
 * 2. The store has acknowledged all of them.
 * 3. The root moves, and with it, in one write, what the repository refers to.
 *
 * @returns blocks that may not be needed any more. Removing them comes last.
 */
export async function moveRoot(shared: Shared, move: Move): Promise<BlockKey[]> {
  const { claims, index, staged, store } = shared
  const { blocks, cid, did, rev } = move
  const tally = new Tally((keys) => index.uses(did, keys))
  const claim: Claim = new Set()
  try {
    await count(shared, move, tally)
    await claims.take(claim, [...blocks.keys(), ...tally.added()])
    await assertStored(
      shared,
      did,
      tally.added().filter((key) => !blocks.has(key)),
    )
    await putAll(store, blocks.values(), { concurrency: CONCURRENCY })
    await index.write([...tally.changes(did), { type: 'root', did, root: { cid: cid.bytes, rev } }])
    const unused = [...tally.dropped(), ...claim, ...(staged.get(did) ?? [])]
    claims.release(claim)
    unstage(shared, did)
    return unused
  } catch (error) {
    const put = [...claim]
    claims.release(claim)
    await tidy(shared, did, put)
    throw error
  }
}

export function unstage({ claims, staged }: Shared, did: string): void {
  const claim = staged.get(did)
  if (claim) claims.release(claim)
  staged.delete(did)
}

async function count(shared: Shared, { blocks, cid, did, root }: Move, tally: Tally): Promise<void> {
  const readNew = reader(shared, blocks, (keys) => incomplete(did, keys))
  const [bytes] = await readNew([cid])
  const commit = commitOf(cid, bytes as Uint8Array)
  if (commit.did !== did) {
    throw new AtprotoError('ERR_ATPROTO_WRONG_REPO', `the commit is of ${commit.did}, not of ${did}`, { did })
  }
  await acquire(cid, tally, readNew)
  if (root)
    await release(
      decodeCid(root.cid),
      tally,
      reader(shared, blocks, (keys) => lost(did, keys)),
    )
}

/** @param absent the error for blocks that are neither at hand nor in the store. */
function reader(
  { store }: Shared,
  blocks: Move['blocks'],
  absent: (keys: readonly BlockKey[]) => AtprotoError,
): ReadBlocks {
  return async (cids) => {
    const keys = cids.map(keyOf)
    const found = new Map<BlockKey, Uint8Array | undefined>(keys.map((key) => [key, blocks.get(key)?.bytes]))
    const others = cids.filter((_, i) => !found.get(keys[i] as BlockKey))
    for await (const { cid, bytes } of getAll(store, others.map(toCid), { concurrency: CONCURRENCY })) {
      found.set(blockKey(cid), bytes)
    }
    const missing = keys.filter((key) => !found.get(key))
    if (missing.length > 0) throw absent(missing)
    return keys.map((key) => found.get(key) as Uint8Array)
  }
}

/** What neither comes with the commit nor was there before: put earlier, or of another account. It is claimed by now. */
async function assertStored({ store }: Shared, did: string, keys: readonly BlockKey[]): Promise<void> {
  const missing: BlockKey[] = []
  await each(keys, CONCURRENCY, async (key) => {
    if (!(await store.has(cidOfKey(key)))) missing.push(key)
  })
  if (missing.length > 0) throw incomplete(did, missing)
}

function incomplete(did: string, keys: readonly BlockKey[]): AtprotoError {
  const cids = keys.map((key) => cidOfKey(key).toString())
  const message = `the commit leads to ${keys.length} blocks that are not there, the first is ${cids[0]}`
  return new AtprotoError('ERR_ATPROTO_INCOMPLETE', message, { did, cids })
}
