import { type DebtState, PoolError } from '@blockpool/core'
import { duesFrom } from './dues.ts'
import type { JournalServer } from './server.ts'

const AT_ONCE = 1_000

type Entry = [id: Buffer, fields: Buffer[]]

/** Reads what was written to the log of a journal, each entry once. */
export class News {
  readonly #server: JournalServer
  #after: string
  #version: number

  private constructor(server: JournalServer, after: string, version: number) {
    this.#server = server
    this.#after = after
    this.#version = version
  }

  /** From now on. */
  static async from(server: JournalServer): Promise<News> {
    const { log, version } = server.keys
    // Entries that come between the two are read, though they are older than the version.
    const [last] = (await server.call('xrevrange', log, '+', '-', 'COUNT', 1)) as Entry[]
    if (last) return new News(server, String(last[0]), versionOf(last))
    return new News(server, '0', Number((await server.call('get', version)) ?? 0))
  }

  /** @throws PoolError `ERR_JOURNAL_LOST` when what was written is not there any more. */
  async read(): Promise<readonly DebtState[]> {
    const states: DebtState[] = []
    for (;;) {
      const { log } = this.#server.keys
      const entries = (await this.#server.call(
        'xrange',
        log,
        `(${this.#after}`,
        '+',
        'COUNT',
        AT_ONCE,
      )) as Entry[]
      for (const entry of entries) states.push(this.#take(entry))
      if (entries.length < AT_ONCE) return states
    }
  }

  #take(entry: Entry): DebtState {
    const version = versionOf(entry)
    if (version > this.#version + 1) throw missed(this.#server.name)
    this.#version = Math.max(this.#version, version)
    this.#after = String(entry[0])
    const [, multihash, , dues] = entry[1] as [Buffer, Buffer, Buffer, Buffer]
    return { multihash: Uint8Array.from(multihash), dues: duesFrom(String(dues)), version }
  }
}

function versionOf([, fields]: Entry): number {
  return Number(fields[5])
}

function missed(name: string): PoolError {
  return new PoolError(
    'ERR_JOURNAL_LOST',
    `${name}: this process has not listened to the journal for so long that it has missed changes: open the pool again`,
  )
}
