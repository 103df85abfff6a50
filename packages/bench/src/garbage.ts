import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as (options: { readonly type: 'major' | 'minor' }) => void

/**
 * Minor: what one contender leaves behind is not the next one's work. Major also throws compiled code away, and the
 * next 100,000 calls of a pool take three times as long: only before a warm-up, and where memory is measured.
 */
export function collectGarbage(type: 'major' | 'minor'): void {
  collect({ type })
}

/** Bytes on the heap and outside of it that something refers to. */
export function bytesInUse(): number {
  collectGarbage('major')
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}
