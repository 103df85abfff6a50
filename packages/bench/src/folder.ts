import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface Folder {
  readonly path: string
  /** A path in it that nothing uses yet. */
  fresh(name: string): string
  remove(): Promise<void>
}

/** A new folder for what a race stores, on the disk of temporary files. */
export async function temporaryFolder(): Promise<Folder> {
  const path = await mkdtemp(join(tmpdir(), 'blockpool-bench-'))
  let made = 0
  return {
    path,
    fresh: (name) => join(path, `${++made}-${name}`),
    remove: () => rm(path, { recursive: true, force: true, maxRetries: 5 }),
  }
}
