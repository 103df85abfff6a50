import { type Block, Hashes, isIdentity } from '@blockpool/core'
import type { MultihashHasher } from 'multiformats/hashes/interface'
import { CarError } from './errors.ts'

export interface VerifyOptions {
  /**
   * Check that the bytes of each block hash to its CID. Off where the store does so itself, as a pool does by default.
   * @default true
   */
  readonly verify?: boolean | undefined
  /** Hash functions beside sha2-256, sha2-512 and identity. */
  readonly hashers?: readonly MultihashHasher[] | undefined
}

/**
 * @returns what rejects with `ERR_CAR_MISMATCH` for a block whose bytes do not hash to its CID, and with
 * `ERR_CAR_REFUSED` when that cannot be said; undefined when nothing is to be checked.
 */
export function verifier(
  options: VerifyOptions,
): ((block: Block, offset?: number) => Promise<void>) | undefined {
  if (options.verify === false) return undefined
  const hashes = new Hashes(options.hashers ?? [])
  return async ({ cid, bytes }, offset) => {
    if (!(await matches(hashes, { cid, bytes }, offset))) throw mismatch({ cid, bytes }, offset)
  }
}

export function mismatch({ cid }: Block, offset: number | undefined, cause?: unknown): CarError {
  const where = offset === undefined ? '' : ` (at byte ${offset})`
  const message = `the bytes of a block do not hash to its CID ${cid}${where}`
  return new CarError('ERR_CAR_MISMATCH', message, { offset, cid, cause })
}

async function matches(hashes: Hashes, { cid, bytes }: Block, offset: number | undefined): Promise<boolean> {
  if (isIdentity(cid)) return hashes.isIdentityOf(cid, bytes)
  try {
    hashes.assertKnown(cid)
  } catch (cause) {
    throw new CarError('ERR_CAR_REFUSED', `the block ${cid} cannot be verified`, { offset, cid, cause })
  }
  return hashes.matches(cid, bytes) ?? hashes.matchesLater(cid, bytes)
}
