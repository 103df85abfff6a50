import type { Backend } from '@blockpool/core'
import { fs } from '@blockpool/fs'
import { sqlite } from '@blockpool/sqlite'
import type { Share } from './job.ts'

/** Without waiting for the disk: what processes do to each other shows as well, and sooner. */
export async function openShared({ backend, folder }: Pick<Share, 'backend' | 'folder'>): Promise<Backend> {
  const store =
    backend === 'fs'
      ? fs({ path: `${folder}/files`, durability: 'process' })
      : sqlite({ path: `${folder}/blocks.db`, synchronous: 'normal', busyTimeoutMs: 20_000 })
  await store.open?.()
  return store
}
