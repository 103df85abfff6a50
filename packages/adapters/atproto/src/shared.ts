import type { BackendTraits, BlockStore } from '@blockpool/core'
import type { Claim, Claims, Removal } from './claims.ts'
import { AtprotoError } from './errors.ts'
import { type BlockKey, cidOfKey } from './keys.ts'
import type { RepoIndex } from './repo-index.ts'
import type { Turns } from './turns.ts'

/** What is asked of a store: four verbs, and the largest block that it takes where it says so. */
export type AtprotoStore = Pick<BlockStore, 'delete' | 'get' | 'has' | 'put'> & {
  readonly traits?: Pick<BackendTraits, 'maxBlockBytes'> | undefined
}

/** What the repositories and blobs of one storage share. */
export interface Shared {
  readonly store: AtprotoStore
  readonly index: RepoIndex
  readonly claims: Claims
  /** By DID. */
  readonly turns: Turns
  /** By DID: blocks that were put and that no root leads to yet. */
  readonly staged: Map<string, Claim>
  /** Told about what has failed behind a call that has done its work. */
  readonly onError: ((error: AtprotoError) => void) | undefined
}

/** Removes what nobody needs any more. What cannot be removed now fails nothing: `collect` finds it. */
export async function tidy(
  { claims, onError }: Shared,
  did: string,
  keys: Iterable<BlockKey>,
): Promise<void> {
  try {
    const { errors } = await claims.remove(keys)
    if (errors.length > 0) onError?.(notRemoved(errors, did))
  } catch (error) {
    onError?.(notRemoved([error], did))
  }
}

export function notRemoved(errors: Removal['errors'], did?: string): AtprotoError {
  const message = `${errors.length} blocks that nobody needs could not be removed: collect them later`
  return new AtprotoError('ERR_ATPROTO_NOT_REMOVED', message, { did, cause: errors[0] })
}

/** The index refers to blocks that the store says are absent. */
export function lost(did: string, keys: readonly BlockKey[]): AtprotoError {
  const cids = keys.map((key) => cidOfKey(key).toString())
  const message = `${keys.length} blocks of ${did} are lost, the first is ${cids[0]}: bring them back from a copy`
  return new AtprotoError('ERR_ATPROTO_LOST', message, { did, cids })
}
