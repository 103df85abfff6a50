import { open } from 'node:fs/promises'
import { basename, resolve } from 'node:path'
import type { BlockStore } from '@blockpool/core'
import { type ImportCandidate, importer, type WritableStorage } from 'ipfs-unixfs-importer'
import type { CID } from 'multiformats/cid'
import { CommandError } from '../errors.ts'
import { walk } from './walk.ts'

/** The long-standing default of Kubo, and of the importer. */
const CHUNK_BYTES = 262_144
/** Files and blocks of one file in flight: at most 64 MiB of chunks together. */
const FILES_AT_ONCE = 32
const BLOCKS_AT_ONCE = 8

export interface ImportOptions {
  /** Puts a directory around a single path, too. Several paths always get one. @default false */
  readonly wrap?: boolean | undefined
  readonly signal?: AbortSignal | undefined
  /** Called after each chunk that was read. */
  readonly onProgress?: ((progress: ImportProgress) => void) | undefined
}

export interface ImportProgress {
  /** Bytes of files read so far. */
  readonly bytes: number
  /** The path on disk that is being read. */
  readonly current: string
}

export interface ImportReport {
  readonly root: CID
  readonly files: number
  /** Bytes of all files. */
  readonly bytes: number
  /** Puts: a block that occurs twice counts twice. */
  readonly blocks: number
  readonly skipped: readonly Skipped[]
}

/** Something that was left out, and why. */
export interface Skipped {
  readonly path: string
  readonly reason: string
}

/** Files and bytes at and below the paths: what `importPaths` has ahead of it. */
export async function measurePaths(
  paths: readonly string[],
  signal?: AbortSignal,
): Promise<{ readonly files: number; readonly bytes: number }> {
  let files = 0
  let bytes = 0
  for (const path of paths) {
    for await (const found of walk(path)) {
      signal?.throwIfAborted()
      if (found.kind !== 'file') continue
      files += 1
      bytes += found.bytes
    }
  }
  return { files, bytes }
}

/**
 * Stores files and directories as UnixFS (CIDv1, raw leaves, chunks of 256 KiB, up to 174 links a node) and returns
 * the root. Symbolic links stay links; modes and times are not kept. Memory does not grow with the size of the files.
 * @throws CommandError `ERR_USAGE` when two paths end in the same name; what the file system and the store throw.
 */
export async function importPaths(
  store: Pick<BlockStore, 'put'>,
  paths: readonly string[],
  options: ImportOptions = {},
): Promise<ImportReport> {
  assertDistinctNames(paths)
  const counts = { files: 0, bytes: 0, blocks: 0 }
  const skipped: Skipped[] = []
  const readFile = (path: string): AsyncIterable<Uint8Array> =>
    chunksOf(path, options.signal, (bytes) => {
      counts.bytes += bytes
      options.onProgress?.({ bytes: counts.bytes, current: path })
    })

  async function* candidates(): AsyncGenerator<ImportCandidate> {
    for (const path of paths) {
      for await (const found of walk(path)) {
        options.signal?.throwIfAborted()
        if (found.kind === 'skipped') skipped.push({ path: found.path, reason: found.reason })
        else if (found.kind === 'directory') yield { path: found.name }
        else if (found.kind === 'link') yield { path: found.name, link: found.target }
        else {
          counts.files += 1
          yield { path: found.name, content: readFile(found.path) }
        }
      }
    }
  }

  const blocks = countingStore(store, options.signal, () => {
    counts.blocks += 1
  })
  const results = importer(candidates(), blocks, {
    cidVersion: 1,
    rawLeaves: true,
    wrapWithDirectory: options.wrap ?? paths.length > 1,
    fileImportConcurrency: FILES_AT_ONCE,
    blockWriteConcurrency: BLOCKS_AT_ONCE,
  })
  let root: CID | undefined
  // Parents come after what is in them, so the last one is the root.
  for await (const { cid } of results) root = cid
  if (root === undefined) throw new CommandError('ERR_USAGE', 'nothing to add')
  return { root, ...counts, skipped }
}

/** The one verb that the importer needs. */
function countingStore(
  store: Pick<BlockStore, 'put'>,
  signal: AbortSignal | undefined,
  onPut: () => void,
): WritableStorage {
  return {
    async put(cid, bytes) {
      if (!(bytes instanceof Uint8Array)) throw new TypeError('the UnixFS importer gave a block in pieces')
      signal?.throwIfAborted()
      await store.put({ cid, bytes }, { signal })
      onPut()
      return cid
    },
  }
}

/**
 * The bytes of a file as it was when it was opened, in chunks of their own memory, each the size of a block, so that
 * the importer neither copies nor reuses them.
 */
async function* chunksOf(
  path: string,
  signal: AbortSignal | undefined,
  onRead: (bytes: number) => void,
): AsyncGenerator<Uint8Array> {
  const file = await open(path)
  try {
    const { size } = await file.stat()
    for (let at = 0; at < size; ) {
      signal?.throwIfAborted()
      const chunk = new Uint8Array(Math.min(CHUNK_BYTES, size - at))
      const filled = await fill(file, chunk, at)
      if (filled === 0) return
      at += filled
      onRead(filled)
      yield filled === chunk.length ? chunk : chunk.slice(0, filled)
    }
  } finally {
    await file.close()
  }
}

/** Reads until the chunk is full or the file ends; resolves to the bytes read. */
async function fill(file: Awaited<ReturnType<typeof open>>, chunk: Uint8Array, at: number): Promise<number> {
  let filled = 0
  while (filled < chunk.length) {
    const { bytesRead } = await file.read(chunk, filled, chunk.length - filled, at + filled)
    if (bytesRead === 0) break
    filled += bytesRead
  }
  return filled
}

function assertDistinctNames(paths: readonly string[]): void {
  const names = paths.map((path) => basename(resolve(path)))
  const twice = names.find((name, at) => names.indexOf(name) < at)
  if (twice !== undefined) {
    throw new CommandError(
      'ERR_USAGE',
      `two of the paths end in '${twice}'; in one directory each needs a name of its own`,
    )
  }
}
