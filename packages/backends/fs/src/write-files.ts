import { closeSync, constants, mkdirSync, openSync, renameSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { isMissing } from './errors.ts'

/** The path where a file is written, the one to which it is moved when it is complete, and how many bytes it has. */
export type File = readonly [temp: string, path: string, size: number]

/** An error as a thread can send it: the `code` of an `Error` would be lost on the way. */
export interface Failure {
  /** Index of the file. */
  readonly file: number
  readonly message: string
  readonly code: string | undefined
}

const CREATE = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW

/**
 * Writes each file with blocking calls; a failure concerns no other file. What was begun may be left at `temp`.
 * @param bytes those of all files, in their order
 */
export function writeFiles(files: readonly File[], bytes: Uint8Array): Failure[] {
  const failures: Failure[] = []
  let at = 0
  for (const [file, [temp, path, size]] of files.entries()) {
    try {
      writeFile(temp, bytes.subarray(at, at + size))
      renameSync(temp, path)
    } catch (error) {
      const { message, code } = error as NodeJS.ErrnoException
      failures.push({ file, message, code })
    }
    at += size
  }
  return failures
}

function writeFile(path: string, bytes: Uint8Array): void {
  const fd = create(path)
  try {
    let at = 0
    while (at < bytes.length) at += writeSync(fd, bytes, at, bytes.length - at, null)
  } finally {
    closeSync(fd)
  }
}

/** Also makes the folder of the file, but none above it: those are there as long as the store is. */
function create(path: string): number {
  try {
    return openSync(path, CREATE, 0o666)
  } catch (error) {
    if (!isMissing(error)) throw error
  }
  try {
    mkdirSync(dirname(path))
  } catch {
    // Another process was faster, or opening the file tells what is wrong.
  }
  return openSync(path, CREATE, 0o666)
}
