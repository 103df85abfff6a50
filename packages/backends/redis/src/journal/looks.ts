import type { DebtLook } from '@blockpool/core'
import { duesFrom } from './dues.ts'
import { LOOK } from './scripts.ts'
import type { JournalServer } from './server.ts'

/** Blocks that one script looks at. */
const MOST_AT_ONCE = 256

interface Waiting {
  readonly multihash: Uint8Array
  readonly resolve: (look: DebtLook) => void
  readonly reject: (reason: unknown) => void
}

/** Looks at all blocks of a turn of the event loop together: every put asks once. */
export class Looks {
  readonly #server: JournalServer
  #waiting: Waiting[] = []

  constructor(server: JournalServer) {
    this.#server = server
  }

  look(multihash: Uint8Array): Promise<DebtLook> {
    if (this.#waiting.length === 0) setImmediate(() => this.#flush())
    return new Promise((resolve, reject) => this.#waiting.push({ multihash, resolve, reject }))
  }

  #flush(): void {
    const waiting = this.#waiting
    this.#waiting = []
    for (let at = 0; at < waiting.length; at += MOST_AT_ONCE)
      void this.#ask(waiting.slice(at, at + MOST_AT_ONCE))
  }

  async #ask(batch: readonly Waiting[]): Promise<void> {
    const { keys } = this.#server
    const multihashes = batch.map(({ multihash }) => Buffer.from(multihash))
    const all = [
      keys.debts,
      keys.version,
      ...multihashes.flatMap((multihash) => [keys.hold(multihash), keys.trace(multihash)]),
    ]
    try {
      const answers = (await this.#server.run(LOOK, all, multihashes)) as (Buffer | number)[]
      const version = Number(answers.at(-1))
      batch.forEach(({ multihash, resolve }, i) => {
        const [dues, held, deleted] = answers.slice(3 * i, 3 * i + 3)
        resolve({
          state: { multihash, dues: duesFrom(String(dues)), version },
          held: Number(held) === 1,
          deleted: Number(deleted) === 1,
        })
      })
    } catch (error) {
      for (const { reject } of batch) reject(error)
    }
  }
}
