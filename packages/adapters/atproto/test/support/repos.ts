import { Secp256k1Keypair } from '@atproto/crypto'
import type { Cid } from '@atproto/lex-data'
import {
  getFullRepo,
  type ReadableBlockstore,
  type RecordWriteOp,
  Repo,
  type RepoStorage,
  verifyRepoCar,
  WriteOpAction,
} from '@atproto/repo'
import { type BlockStore, blockName } from '@blockpool/core'
import { toCid } from '../../src/keys.ts'

export type Storage = RepoStorage & ReadableBlockstore

/** Signs in all tests: making one takes longer than using it. */
export const keypair: Secp256k1Keypair = await Secp256k1Keypair.create()

export const ALICE = 'did:plc:alice'
export const BOB = 'did:plc:bob'

const collection = 'app.bsky.feed.post'

export function create(rkey: string, text: string): Extract<RecordWriteOp, { action: WriteOpAction.Create }> {
  return { action: WriteOpAction.Create, collection, rkey, record: { text } }
}

export function update(rkey: string, text: string): RecordWriteOp {
  return { action: WriteOpAction.Update, collection, rkey, record: { text } }
}

export function remove(rkey: string): RecordWriteOp {
  return { action: WriteOpAction.Delete, collection, rkey }
}

export function records(count: number): ReturnType<typeof create>[] {
  return Array.from({ length: count }, (_, i) => create(`record-${i}`, `text ${i}`))
}

export function newRepo(
  storage: Storage,
  did: string,
  writes: ReturnType<typeof create>[] = [],
): Promise<Repo> {
  return Repo.create(storage, did, keypair, writes)
}

export async function commit(storage: Storage, ...writes: RecordWriteOp[]): Promise<Repo> {
  const repo = await Repo.load(storage)
  return repo.applyWrites(writes, keypair)
}

export async function carOf(storage: Storage): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  for await (const part of getFullRepo(storage, await rootOf(storage))) parts.push(part)
  return Uint8Array.from(Buffer.concat(parts))
}

export async function rootOf(storage: Storage): Promise<Cid> {
  const root = await storage.getRoot()
  if (!root) throw new Error('the repository has no root')
  return root
}

/** Exports and verifies it; the names of the blocks that it is made of. @param key that signed it, a `did:key`. */
export async function blocksOfRepo(storage: Storage, did: string, key?: string): Promise<Set<string>> {
  const { commit } = await verifyRepoCar(await carOf(storage), did, key ?? keypair.did())
  return new Set(commit.newBlocks.cids().map((cid) => blockName(toCid(cid))))
}

/** Names of what is in a store. */
export async function stored(store: Pick<BlockStore, 'list'>): Promise<Set<string>> {
  const names = new Set<string>()
  for await (const cid of store.list()) names.add(blockName(cid))
  return names
}

export function nameOf(cid: Cid): string {
  return blockName(toCid(cid))
}

/** The record of a key, as its text. */
export async function textOf(storage: Storage, rkey: string): Promise<unknown> {
  const repo = await Repo.load(storage)
  return ((await repo.getRecord(collection, rkey)) as { text?: unknown } | null)?.text
}

export async function cidOf(storage: Storage, rkey: string): Promise<Cid> {
  const repo = await Repo.load(storage)
  const cid = await repo.data.get(`${collection}/${rkey}`)
  if (!cid) throw new Error(`there is no record ${rkey}`)
  return cid
}
