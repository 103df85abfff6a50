import { writeSync } from 'node:fs'

const STDOUT = 1
const RETRY_MS = 1

const never = new Int32Array(new SharedArrayBuffer(4))

/** Writes a line to the output of this process before it returns, so that no kill takes it back. */
export function say(line: string): void {
  while (!isWritten(`${line}\n`)) Atomics.wait(never, 0, 0, RETRY_MS)
}

/** False when the pipe is full: whoever listens is slower than this process. */
function isWritten(text: string): boolean {
  try {
    writeSync(STDOUT, text)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return false
    throw error
  }
}
