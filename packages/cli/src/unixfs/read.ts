import type { BlockStore } from '@blockpool/core'
import { exporter, type ReadableStorage, type UnixFSEntry } from 'ipfs-unixfs-exporter'
import type { CID } from 'multiformats/cid'
import { CommandError } from '../errors.ts'
import { ahead } from './ahead.ts'

/** Multicodec code of the raw codec. https://github.com/multiformats/multicodec */
const RAW = 0x55
/** Blocks that are fetched ahead of the one that is being used, at each level of a DAG. */
const AHEAD = 16

/** A file, directory or link in a DAG. `path` holds the names from the root; names are as they are stored, unchecked. */
export type DagEntry =
  | {
      readonly kind: 'file'
      readonly path: readonly string[]
      readonly bytes: number
      /** The contents, in order; throws `ERR_NOT_UNIXFS` when they are not as long as the file says. */
      content(): AsyncGenerator<Uint8Array>
    }
  | {
      readonly kind: 'directory'
      readonly path: readonly string[]
      /** About the bytes of all files below, as the links say; nothing checks it. */
      readonly estimatedBytes: number
    }
  | { readonly kind: 'link'; readonly path: readonly string[]; readonly target: string }

export interface ReadOptions {
  readonly signal?: AbortSignal | undefined
}

/**
 * The file, or the directory and all that is in it, parents first. Memory does not grow with the size of files: a few
 * blocks are fetched ahead, and no more than are used.
 * @throws CommandError `ERR_NOT_FOUND` for a block that the store does not have, `ERR_NOT_UNIXFS` for other data; what
 * the store throws.
 */
export async function* readDag(
  store: Pick<BlockStore, 'get'>,
  root: CID,
  options: ReadOptions = {},
): AsyncGenerator<DagEntry> {
  const source = readable(store, options.signal)
  const first = await load(root, [], source)
  yield first.entry
  const levels = [first.children()]
  try {
    for (let level = levels.at(-1); level !== undefined; level = levels.at(-1)) {
      const next = await level.next()
      options.signal?.throwIfAborted()
      if (next.done) {
        levels.pop()
        continue
      }
      yield next.value.entry
      levels.push(next.value.children())
    }
  } finally {
    await Promise.all(levels.map((level) => level.return(undefined)))
  }
}

/**
 * The CID at the end of a path of names below a root.
 * @throws CommandError `ERR_NOT_FOUND`, `ERR_NOT_UNIXFS`; what the store throws.
 */
export async function resolvePath(
  store: Pick<BlockStore, 'get'>,
  root: CID,
  names: readonly string[],
  options: ReadOptions = {},
): Promise<CID> {
  const source = readable(store, options.signal)
  if (names.length === 0) return root
  const path = [root.toString(), ...names].join('/')
  try {
    return (await exporter(path, source)).cid
  } catch (error) {
    throw translated(error, path)
  }
}

interface Loaded {
  readonly entry: DagEntry
  children(): AsyncGenerator<Loaded>
}

async function load(cid: CID, path: readonly string[], source: ReadableStorage): Promise<Loaded> {
  const found = await fetchEntry(cid, source)
  if (found.type === 'directory') {
    return {
      entry: {
        kind: 'directory',
        path,
        estimatedBytes: sumOf(found.node.Links.map((link) => link.Tsize ?? 0)),
      },
      children: () =>
        ahead(found.entries(), AHEAD, (child) => load(child.cid, [...path, child.name], source)),
    }
  }
  return { entry: leaf(found, path, source), children: nothing }
}

function leaf(found: UnixFSEntry, path: readonly string[], source: ReadableStorage): DagEntry {
  if (found.type === 'file' && found.unixfs.type === 'symlink') {
    return { kind: 'link', path, target: new TextDecoder().decode(found.unixfs.data) }
  }
  const bytes = found.type === 'file' ? Number(found.unixfs.fileSize()) : lengthOf(found)
  return { kind: 'file', path, bytes, content: () => contentOf(nodeOf(found), bytes, source) }
}

/** A node of a file: bytes of its own, and links to the rest of them. */
interface FileNode {
  readonly data: Uint8Array | undefined
  readonly links: readonly CID[]
}

async function* contentOf(
  root: FileNode,
  bytes: number,
  source: ReadableStorage,
): AsyncGenerator<Uint8Array> {
  let left = bytes
  const levels = [ahead([root], 1, async (node) => node)]
  try {
    for (let level = levels.at(-1); level !== undefined; level = levels.at(-1)) {
      const next = await level.next()
      if (next.done) {
        levels.pop()
        continue
      }
      const { data, links } = next.value
      left -= data?.length ?? 0
      if (left < 0) break
      if (data !== undefined && data.length > 0) yield data
      levels.push(ahead(links, AHEAD, (cid) => fetchNode(cid, source)))
    }
  } finally {
    await Promise.all(levels.map((level) => level.return(undefined)))
  }
  if (left !== 0) throw new CommandError('ERR_NOT_UNIXFS', `a file of ${bytes} bytes holds ${bytes - left}`)
}

function nodeOf(found: UnixFSEntry): FileNode {
  if (found.type === 'raw') return { data: found.node, links: [] }
  if (found.type === 'identity') return { data: found.cid.multihash.digest, links: [] }
  if (found.type === 'file' && (found.unixfs.type === 'file' || found.unixfs.type === 'raw')) {
    return { data: found.unixfs.data, links: found.node.Links.map((link) => link.Hash) }
  }
  throw new CommandError('ERR_NOT_UNIXFS', `${found.cid} is no part of a file`)
}

/** Raw leaves are most of a file: they are taken as they come, where the exporter would copy them. */
async function fetchNode(cid: CID, source: ReadableStorage): Promise<FileNode> {
  if (cid.code !== RAW) return nodeOf(await fetchEntry(cid, source))
  const { value } = await source.get(cid).next()
  return { data: value as Uint8Array, links: [] }
}

function lengthOf(found: UnixFSEntry): number {
  return nodeOf(found).data?.length ?? 0
}

async function fetchEntry(cid: CID, source: ReadableStorage): Promise<UnixFSEntry> {
  try {
    return await exporter(cid, source)
  } catch (error) {
    throw translated(error, cid.toString())
  }
}

/** The verb that the exporter needs; a block that is not there is an error to it. */
function readable(store: Pick<BlockStore, 'get'>, signal: AbortSignal | undefined): ReadableStorage {
  return {
    async *get(cid) {
      const bytes = await store.get(cid, { signal })
      if (bytes === undefined) throw new CommandError('ERR_NOT_FOUND', `the block ${cid} is not there`)
      yield bytes
    },
  }
}

/** The exporter's own errors, by name; everything else came through it from the store. */
function translated(error: unknown, subject: string): unknown {
  const { name } = (error ?? {}) as { readonly name?: unknown }
  if (name === 'NotFoundError' || name === 'BadPathError') {
    return new CommandError('ERR_NOT_FOUND', `${subject}: nothing is there`, error)
  }
  if (name === 'NotUnixFSError' || name === 'NoResolverError') {
    return new CommandError('ERR_NOT_UNIXFS', `${subject} is neither a file nor a directory`, error)
  }
  return error
}

async function* nothing(): AsyncGenerator<never> {}

function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, value) => sum + value, 0)
}
