import { DigestSet } from '@blockpool/core'
import type { CID } from 'multiformats/cid'

/** Blocks that came already, in 24 bytes each. The same bytes under another codec are another block: they may have links. */
export class Seen {
  readonly #sets = new Map<number, DigestSet>()

  /** False when it was there. */
  add(cid: CID): boolean {
    let set = this.#sets.get(cid.code)
    if (set === undefined) {
      set = new DigestSet(globalThis.crypto.getRandomValues(new Uint32Array(1))[0] ?? 0)
      this.#sets.set(cid.code, set)
    }
    return set.add(cid)
  }
}
