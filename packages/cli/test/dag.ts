import type { BlockStore } from '@blockpool/core'
import { CID } from 'multiformats/cid'
import { sha256 } from 'multiformats/hashes/sha2'
import { rawCid } from './support.ts'

/** https://github.com/ipld/specs/blob/master/block-layer/codecs/dag-pb.md, and the fields of UnixFS */
const DAG_PB = 0x70
const FILE = 2
const DIRECTORY = 1
const SYMLINK = 4

export interface Link {
  readonly name?: string
  readonly cid: CID
  readonly size?: number
}

/** Stores a leaf of raw bytes. */
export async function putRaw(store: BlockStore, bytes: Uint8Array): Promise<CID> {
  const cid = await rawCid(bytes)
  await store.put({ cid, bytes })
  return cid
}

/** Stores a directory with these links as they are: names may repeat, and be anything. */
export function putDirectory(store: BlockStore, links: readonly Link[]): Promise<CID> {
  return putNode(store, [field(1, DIRECTORY)], links)
}

export function putSymlink(store: BlockStore, target: string): Promise<CID> {
  return putNode(store, [field(1, SYMLINK), bytesField(2, utf8(target))], [])
}

/** Stores a node of a file that says these sizes for its links. */
export function putFile(store: BlockStore, links: readonly Link[], sizes: readonly number[]): Promise<CID> {
  const total = sizes.reduce((sum, size) => sum + size, 0)
  return putNode(store, [field(1, FILE), field(3, total), ...sizes.map((size) => field(4, size))], links)
}

async function putNode(store: BlockStore, data: readonly Uint8Array[], links: readonly Link[]): Promise<CID> {
  const parts = links.map(({ name = '', cid, size = 0 }) =>
    bytesField(2, concat([bytesField(1, cid.bytes), bytesField(2, utf8(name)), field(3, size)])),
  )
  const bytes = concat([...parts, bytesField(1, concat(data))])
  const cid = CID.createV1(DAG_PB, await sha256.digest(bytes))
  await store.put({ cid, bytes })
  return cid
}

function field(number: number, value: number): Uint8Array {
  return Uint8Array.from([number << 3, ...varint(value)])
}

function bytesField(number: number, bytes: Uint8Array): Uint8Array {
  return concat([Uint8Array.from([(number << 3) | 2, ...varint(bytes.length)]), bytes])
}

function varint(value: number): number[] {
  return value < 0x80 ? [value] : [(value % 0x80) | 0x80, ...varint(Math.floor(value / 0x80))]
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts))
}

function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}
