import { type Backend, type Block, errorCode, type PoolError } from '@blockpool/core'
import { CID } from 'multiformats/cid'
import { sha256 } from 'multiformats/hashes/sha2'

const RAW = 0x55

export async function blockOf(content: string | Uint8Array): Promise<Block> {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content
  return { cid: CID.createV1(RAW, await sha256.digest(bytes)), bytes }
}

export function blocksOf(count: number, label = 'block'): Promise<Block[]> {
  return Promise.all(Array.from({ length: count }, (_, i) => blockOf(`${label} ${i}`)))
}

export async function listOf(backend: Backend): Promise<string[]> {
  const found: string[] = []
  for await (const cid of backend.list()) found.push(String(cid))
  return found.sort()
}

export function cidsOf(blocks: readonly Block[]): string[] {
  return blocks.map(({ cid }) => String(cid)).sort()
}

/** What it rejects with; it must be an error of ours. */
export async function failureOf(work: Promise<unknown>): Promise<PoolError> {
  const error: unknown = await work.then(
    (value) => new Error(`resolved to ${String(value)}`),
    (reason: unknown) => reason,
  )
  if (errorCode(error) === undefined) throw error
  return error as PoolError
}
