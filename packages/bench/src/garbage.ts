import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as (options: { readonly type: 'major' | 'minor' }) => void

export type Collection = 'major' | 'minor'

/**
 * Minor: what one contender leaves behind is not the next one's work. Major also throws compiled code away, and the
 * next 100,000 calls of a pool take three times as long: only before a warm-up, where memory is measured, and where blocks are so large that the code
 * that handles them does not matter.
 */
export function collectGarbage(type: Collection): void {
  collect({ type })
  // Buffers are freed by a thread of their own, which the next collection waits for.
  collect({ type: 'minor' })
}

/** Bytes on the heap and outside of it that something refers to. */
export function bytesInUse(): number {
  collectGarbage('major')
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}
