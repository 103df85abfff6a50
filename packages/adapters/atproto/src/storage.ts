import type { BlobStore, ReadableBlockstore, RepoStorage } from '@atproto/repo'
import { blobStore } from './blob-store.ts'
import { Claims } from './claims.ts'
import { type Collected, type CollectOptions, collect } from './collect.ts'
import type { AtprotoError } from './errors.ts'
import type { RepoIndex } from './repo-index.ts'
import { repoStorage } from './repo-storage.ts'
import { unstage } from './root.ts'
import type { AtprotoStore, Shared } from './shared.ts'
import { Turns } from './turns.ts'

export interface AtprotoStorageOptions {
  /** Where blocks are: a pool, or any store. One that verifies nothing itself makes nothing verified here. */
  readonly store: AtprotoStore
  /** It is opened and closed with the storage. */
  readonly index: RepoIndex
  /**
   * Told, as `ERR_ATPROTO_NOT_REMOVED`, when a call has done its work and blocks that it left behind could not be deleted.
   */
  readonly onError?: ((error: AtprotoError) => void) | undefined
}

/** Repositories and blobs of many accounts in one store. It belongs to one process at a time, as its index does. */
export interface AtprotoStorage extends AsyncDisposable {
  /** The repository of an account. It has only blocks of that account, wherever else they may be needed. */
  repo(did: string): RepoStorage & ReadableBlockstore
  /** The blobs of an account, apart from those of others. */
  blobs(did: string): BlobStore
  /** The account goes: its root, its blobs, and the blocks that no other account needs. */
  remove(did: string): Promise<void>
  /**
   * Deletes blocks that nobody needs: those of a crash, or of a store that was away. After a start, and now and then.
   * @throws AtprotoError `ERR_ATPROTO_NOT_REMOVED` at the end, when some are left.
   */
  collect(options?: CollectOptions): Promise<Collected>
  /** Closes the index, and not the store. */
  close(): Promise<void>
}

/** @throws AtprotoError what opening the index rejects with. */
export async function atprotoStorage({
  index,
  onError,
  store,
}: AtprotoStorageOptions): Promise<AtprotoStorage> {
  await index.open?.()
  const claims = new Claims(store, index)
  const shared: Shared = { store, index, claims, turns: new Turns(), staged: new Map(), onError }
  const close = async (): Promise<void> => index.close?.()
  return {
    repo: (did) => repoStorage(shared, did),
    blobs: (did) => blobStore(shared, did),
    remove: (did) => remove(shared, did),
    collect: (options) => collect(shared, options),
    close,
    [Symbol.asyncDispose]: close,
  }
}

async function remove(shared: Shared, did: string): Promise<void> {
  await shared.turns.run(did, async () => {
    unstage(shared, did)
    await shared.index.write([{ type: 'leave', did }])
  })
  await collect(shared)
}
