/** Little, because one CID that is kept keeps all of it. */
const SHARED_BYTES = 1_024

let shared = new Uint8Array(SHARED_BYTES)
let used = 0

/**
 * Room for the bytes of a CID, in memory that some CIDs share, as small Buffers of Node do: a memory of its own costs more
 * than all else of a CID, and listings make one of each name.
 */
export function cidMemory(bytes: number): Uint8Array<ArrayBuffer> {
  if (bytes > SHARED_BYTES) return new Uint8Array(bytes)
  // Its length is 0 when somebody has transferred the memory of a CID to another thread.
  if (used + bytes > shared.length) {
    shared = new Uint8Array(SHARED_BYTES)
    used = 0
  }
  const memory = new Uint8Array(shared.buffer, used, bytes)
  used += bytes
  return memory
}
