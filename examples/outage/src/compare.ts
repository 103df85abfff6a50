import { open, readlink, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { BlockStore } from '@blockpool/core'
import { type DagEntry, readDag } from 'blockpool'
import type { CID } from 'multiformats/cid'

export interface Comparison {
  readonly files: number
  readonly bytes: number
  /** Paths whose contents or kind differ. */
  readonly different: readonly string[]
}

/** Reads everything below the root and compares every byte with the source. */
export async function compare(
  store: BlockStore,
  root: CID,
  source: string,
  onProgress: (bytes: number) => void,
): Promise<Comparison> {
  let files = 0
  let bytes = 0
  const different: string[] = []
  for await (const entry of readDag(store, root)) {
    const path = join(source, ...entry.path)
    if (entry.kind === 'file') files++
    const same = await isSame(entry, path, (count) => {
      bytes += count
      onProgress(bytes)
    })
    if (!same) different.push(path)
  }
  return { files, bytes, different }
}

async function isSame(entry: DagEntry, path: string, onRead: (bytes: number) => void): Promise<boolean> {
  if (entry.kind === 'directory') return (await stat(path)).isDirectory()
  if (entry.kind === 'link') return (await readlink(path)) === entry.target
  const file = await open(path)
  try {
    let at = 0
    for await (const chunk of entry.content()) {
      const expected = Buffer.alloc(chunk.length)
      const { bytesRead } = await file.read(expected, 0, chunk.length, at)
      if (bytesRead !== chunk.length || !expected.equals(chunk)) return false
      at += chunk.length
      onRead(chunk.length)
    }
    return at === (await file.stat()).size
  } finally {
    await file.close()
  }
}
