import { mkdir } from 'node:fs/promises'
import { createPool, type StoragePool } from '@blockpool/core'
import { fs } from '@blockpool/fs'
import { redis, redisJournal } from '@blockpool/redis'
import { type S3Options, s3 } from '@blockpool/s3'
import { sqlite } from '@blockpool/sqlite'

/** Where the parts of one pool are that several processes use. */
export interface Place {
  readonly folder: string
  /** One server, or the nodes of a cluster, where journal and blocks are. */
  readonly redis: { readonly url: string } | { readonly cluster: { readonly nodes: readonly Node[] } }
  readonly s3: S3Options
}

interface Node {
  readonly host: string
  readonly port: number
}

/** Short, so that a run sees deletes done again. */
const LONGEST_PUT_MS = 3_000
export const LAG_MS = 100

/** Two copies of every block on a file, a folder, Redis and S3, and the journal in Redis. */
export async function openPlace({ folder, redis: server, s3: bucket }: Place): Promise<StoragePool> {
  await mkdir(folder, { recursive: true })
  return createPool({
    copies: 2,
    writeQuorum: 'all',
    healthIntervalMs: 1_000,
    repairsPerSecond: 1_000,
    journal: redisJournal({
      ...server,
      longestPutMs: LONGEST_PUT_MS,
      journalLagMs: LAG_MS,
      allowLossyJournal: 'cluster' in server,
    }),
    backends: {
      database: { backend: sqlite({ path: `${folder}/blocks.db`, synchronous: 'normal' }), timeoutMs: 2_000 },
      files: { backend: fs({ path: `${folder}/files`, durability: 'process' }), timeoutMs: 2_000 },
      warm: { backend: redis(server), timeoutMs: 2_000 },
      cold: { backend: s3(bucket), timeoutMs: 2_000 },
    },
    strategy: {
      // Each block has two places of its own, so that all backends are used.
      type: 'by digest',
      stable: true,
      rank: ({ digest }, candidates) => {
        const first = digest[0] % candidates.length
        return [...candidates.slice(first), ...candidates.slice(0, first)]
      },
    },
  })
}
