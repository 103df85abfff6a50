import { dropBlob } from './blob-entries.ts'
import type { BlockKey } from './keys.ts'
import type { BlobName } from './repo-index.ts'
import { notRemoved, type Shared } from './shared.ts'

export interface CollectOptions {
  /** Temporary blobs that were put before then go, too: uploads that no record came to name. @default none */
  readonly temporaryBefore?: Date | undefined
}

export interface Collected {
  /** Temporary blobs that were dropped. */
  readonly blobs: number
  /** Blocks that were deleted. */
  readonly blocks: number
}

/** Blocks that are looked at at once. */
const PAGE = 1_000

export async function collect(shared: Shared, { temporaryBefore }: CollectOptions = {}): Promise<Collected> {
  const blobs = temporaryBefore ? await dropTemporary(shared, temporaryBefore.getTime()) : 0
  const errors: unknown[] = []
  let blocks = 0
  for (let after: BlockKey | undefined; ; ) {
    const keys = await shared.index.unneeded(after, PAGE)
    const removal = await shared.claims.remove(keys)
    blocks += removal.removed
    errors.push(...removal.errors)
    after = keys.at(-1)
    if (after === undefined) break
  }
  if (errors.length > 0) throw notRemoved(errors)
  return { blobs, blocks }
}

async function dropTemporary(shared: Shared, before: number): Promise<number> {
  let dropped = 0
  for (;;) {
    const found: readonly BlobName[] = await shared.index.temporary(before)
    if (found.length === 0) return dropped
    for (const { did, name } of found) {
      await shared.turns.run(did, async () => {
        const entry = await shared.index.blob(did, name)
        if (entry) await shared.index.write(dropBlob(did, name, entry))
      })
      dropped += 1
    }
  }
}
