import { randomBytes } from 'node:crypto'
import { type FileHandle, lstat, open, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { CommandError } from '../errors.ts'

export interface NewFileOptions {
  /** Replace a file that is there. A folder never is. */
  readonly force: boolean
  readonly signal?: AbortSignal | undefined
}

/**
 * Writes a file that has its name only once it is complete: it is written to a temporary name beside it and renamed.
 * When the content ends in an error, nothing stays.
 * @throws CommandError `ERR_EXISTS`; what the content and the file system throw; `signal.reason`.
 */
export async function writeNewFile(
  path: string,
  content: AsyncIterable<Uint8Array>,
  { force, signal }: NewFileOptions,
  onWritten: (bytes: number) => void,
): Promise<void> {
  await assertFree(path, force)
  const temporary = join(dirname(path), `.blockpool-${randomBytes(8).toString('hex')}.tmp`)
  try {
    // 'wx' fails on anything that is there, also on a link.
    const file = await open(temporary, 'wx')
    try {
      for await (const chunk of content) {
        signal?.throwIfAborted()
        await writeAll(file, chunk)
        onWritten(chunk.length)
      }
    } finally {
      await file.close()
    }
    await assertFree(path, force)
    await rename(temporary, path)
  } finally {
    await rm(temporary, { force: true })
  }
}

/** With `force` a file or link may be there, since it is replaced; a folder may not. */
export async function assertFree(path: string, force: boolean): Promise<void> {
  const found = await lstat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  if (found !== undefined && !(force && !found.isDirectory())) throw exists(path)
}

export function exists(path: string, cause?: unknown): CommandError {
  return new CommandError('ERR_EXISTS', `${path} is there already`, cause)
}

async function writeAll(file: FileHandle, chunk: Uint8Array): Promise<void> {
  for (let at = 0; at < chunk.length; ) {
    at += (await file.write(chunk, at)).bytesWritten
  }
}
