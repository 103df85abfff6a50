import { randomUUID } from 'node:crypto'
import { type FileHandle, open } from 'node:fs/promises'
import { PoolError } from '@blockpool/core'

/** One line of the file. The first names the store, each other one is something that happened. */
export type Line =
  | { readonly store: string }
  | { readonly put: string; readonly data: string }
  | { readonly delete: string }

/** A file of JSON lines that only grows. */
export interface Log {
  readonly lines: readonly Line[]
  /** Resolved means handed to the operating system: it survives a crash of this process. One call at a time. */
  append(line: Line): Promise<void>
  close(): Promise<void>
}

/**
 * Opens the file, or makes it.
 * @throws PoolError `ERR_STORE_INVALID` for a file that is something else; it is left as it is.
 */
export async function openLog(path: string): Promise<Log> {
  const file = await open(path, 'a+')
  try {
    const text = await file.readFile('utf8')
    const whole = text.slice(0, text.lastIndexOf('\n') + 1)
    const lines = parse(path, whole)
    let size = Buffer.byteLength(whole)
    const append = async (line: Line): Promise<void> => {
      size += await appendWhole(file, size, `${JSON.stringify(line)}\n`)
    }
    // A crash can leave half a line at the end: a put or delete that was never acknowledged.
    if (text !== whole && lines.length > 0) await file.truncate(size)
    if (text === '') {
      const first = { store: randomUUID() }
      await append(first)
      lines.push(first)
    }
    if (lines.length === 0) throw invalid(path)
    return { lines, append, close: () => file.close() }
  } catch (error) {
    await file.close()
    throw error
  }
}

function parse(path: string, text: string): Line[] {
  try {
    const lines: Line[] = text
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line))
    if (lines.every((line, i) => 'store' in line === (i === 0))) return lines
  } catch (cause) {
    throw invalid(path, cause)
  }
  throw invalid(path)
}

function invalid(path: string, cause?: unknown): PoolError {
  return new PoolError('ERR_STORE_INVALID', `${path} is no store of JSON lines, or it is damaged`, { cause })
}

/** Leaves nothing of a line that could not be written: the next one would continue it. */
async function appendWhole(file: FileHandle, size: number, line: string): Promise<number> {
  try {
    await file.appendFile(line)
    return Buffer.byteLength(line)
  } catch (cause) {
    await file.truncate(size)
    const code = (cause as NodeJS.ErrnoException).code === 'ENOSPC' ? 'ERR_FULL' : 'ERR_BACKEND'
    throw new PoolError(code, 'the line was not written', { cause, retryable: code === 'ERR_BACKEND' })
  }
}
