import type { Call } from './call.ts'

/** Calls, and bytes of their blocks, that may wait for a free place in one backend. */
const MAX_CALLS = 100_000
const MAX_BYTES = 64 * 1024 * 1024

/** Calls that wait, first in, first out. One that ends while it waits leaves at once, with the block it holds. */
export class CallQueue {
  #first: Call | undefined
  #last: Call | undefined
  #count = 0
  #bytes = 0

  /** False, and nothing else, when too many calls or bytes wait already. */
  push(call: Call): boolean {
    if (this.#count >= MAX_CALLS || this.#bytes + sizeOf(call) > MAX_BYTES) return false
    this.#count++
    this.#bytes += sizeOf(call)
    call.queued = true
    call.before = this.#last
    if (this.#last) this.#last.after = call
    else this.#first = call
    this.#last = call
    return true
  }

  shift(): Call | undefined {
    const call = this.#first
    if (call) this.remove(call)
    return call
  }

  remove(call: Call): void {
    const { before, after } = call
    if (before) before.after = after
    else this.#first = after
    if (after) after.before = before
    else this.#last = before
    call.before = undefined
    call.after = undefined
    call.queued = false
    this.#count--
    this.#bytes -= sizeOf(call)
  }
}

function sizeOf(call: Call): number {
  return call.block?.bytes.length ?? 0
}
