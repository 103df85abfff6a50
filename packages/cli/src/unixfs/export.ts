import { lstat, mkdir, readdir, rm, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import type { BlockStore } from '@blockpool/core'
import type { CID } from 'multiformats/cid'
import { assertFree, exists, writeNewFile } from '../output/new-file.ts'
import type { Skipped } from './import.ts'
import { safeName, staysInside } from './names.ts'
import { type DagEntry, readDag } from './read.ts'

export interface ExportOptions {
  /** Where the file or directory goes. Its folder must exist. */
  readonly path: string
  /** Replace files that are there, and fill folders that are there. @default false */
  readonly force?: boolean | undefined
  /** Also make links that lead out of the output. @default false */
  readonly allLinks?: boolean | undefined
  readonly signal?: AbortSignal | undefined
  /** Called after each portion that was written. */
  readonly onProgress?: ((progress: ExportProgress) => void) | undefined
}

export interface ExportProgress {
  /** Bytes written so far. */
  readonly bytes: number
  /** Bytes in all: exact for a file, for a directory what its links say. */
  readonly totalBytes: number
  /** The path on disk that is being written. */
  readonly current: string
}

export interface ExportReport {
  readonly files: number
  readonly directories: number
  readonly links: number
  readonly bytes: number
  /** Links that lead out of the output. */
  readonly skipped: readonly Skipped[]
}

/**
 * Writes a file or a directory tree to disk. A file has its name only once it is complete: it is written to a temporary
 * name beside it and renamed. Nothing is written outside `path`, whatever names and links the DAG holds; links are
 * made last, so that nothing is written through them. Memory does not grow with the size of files.
 * @throws CommandError `ERR_EXISTS` when something is there and `force` is off, `ERR_UNSAFE_NAME`, and what `readDag`
 * throws. What was complete by then stays.
 */
export async function exportDag(
  store: Pick<BlockStore, 'get'>,
  cid: CID,
  options: ExportOptions,
): Promise<ExportReport> {
  const { force = false, signal } = options
  const counts = { files: 0, directories: 0, links: 0, bytes: 0 }
  const links: PendingLink[] = []
  let totalBytes = 0
  for await (const entry of readDag(store, cid, { signal })) {
    const path = join(options.path, ...entry.path.map((name) => safeName(name)))
    if (entry.path.length === 0) totalBytes = bytesIn(entry)
    if (entry.kind === 'directory') {
      await makeFolder(path, force, entry.path.length === 0)
      counts.directories += 1
    } else if (entry.kind === 'link') {
      links.push({ path, target: entry.target, depth: entry.path.length - 1 })
    } else {
      await writeNewFile(path, entry.content(), { force, signal }, (bytes) => {
        counts.bytes += bytes
        options.onProgress?.({ bytes: counts.bytes, totalBytes, current: path })
      })
      counts.files += 1
    }
  }
  const skipped = await makeLinks(links, options)
  return { ...counts, links: links.length - skipped.length, skipped }
}

interface PendingLink {
  readonly path: string
  readonly target: string
  readonly depth: number
}

function bytesIn(entry: DagEntry): number {
  if (entry.kind === 'directory') return entry.estimatedBytes
  return entry.kind === 'file' ? entry.bytes : 0
}

/** A folder that is there is used if it is empty, or with `force`; a link to one never is. */
async function makeFolder(path: string, force: boolean, isRoot: boolean): Promise<void> {
  try {
    await mkdir(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    if (!(await lstat(path)).isDirectory()) throw exists(path, error)
    if (force || (isRoot && (await readdir(path)).length === 0)) return
    throw exists(path, error)
  }
}

async function makeLinks(links: readonly PendingLink[], options: ExportOptions): Promise<Skipped[]> {
  const skipped: Skipped[] = []
  for (const { path, target, depth } of links) {
    if (!options.allLinks && !staysInside(target, depth)) {
      skipped.push({ path, reason: `a link that leads out of the output, to ${target}` })
      continue
    }
    await assertFree(path, options.force === true)
    await rm(path, { force: true })
    await symlink(target, path)
  }
  return skipped
}
