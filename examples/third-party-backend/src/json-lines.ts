import {
  type Backend,
  type Block,
  blockName,
  cidFromName,
  type OperationOptions,
  PoolError,
} from '@blockpool/core'
import { type Line, type Log, openLog } from './log.ts'

type Cid = Block['cid']

/**
 * Blocks in a Map, and in a file of JSON lines that only grows: it is read when the store opens, and gains a line with
 * each put and delete. A resolved put survives a crash of the process. For one process at a time, and for as many
 * blocks as fit into memory.
 */
export function jsonLines(path: string): Backend {
  return new JsonLines(path)
}

class JsonLines implements Backend {
  readonly type = 'json-lines'
  readonly traits = { durability: 'process', concurrency: 1000 } as const
  readonly #path: string
  readonly #blocks = new Map<string, Uint8Array>()
  #id = ''
  #log: Log | undefined
  /** What was written last; lines are written one at a time, in the order of the calls. */
  #last: Promise<void> = Promise.resolve()

  constructor(path: string) {
    this.#path = path
  }

  async open(options?: OperationOptions): Promise<void> {
    options?.signal?.throwIfAborted()
    const log = await openLog(this.#path)
    for (const line of log.lines) this.#apply(line)
    this.#log = log
  }

  async close(): Promise<void> {
    const log = this.#log
    this.#log = undefined
    if (log) this.#last = this.#last.then(() => log.close()).finally(() => this.#blocks.clear())
    await this.#last
  }

  async get(cid: Cid, options?: OperationOptions): Promise<Uint8Array | undefined> {
    this.#admit(options)
    return this.#blocks.get(blockName(cid))
  }

  async put({ cid, bytes }: Block, options?: OperationOptions): Promise<void> {
    await this.#append({ put: blockName(cid), data: Buffer.from(bytes).toString('base64') }, options)
  }

  async has(cid: Cid, options?: OperationOptions): Promise<boolean> {
    this.#admit(options)
    return this.#blocks.has(blockName(cid))
  }

  async delete(cid: Cid, options?: OperationOptions): Promise<void> {
    await this.#append({ delete: blockName(cid) }, options)
  }

  async *list(options?: OperationOptions): AsyncGenerator<Cid> {
    for (const name of this.#blocks.keys()) {
      this.#admit(options)
      const cid = cidFromName(name)
      if (cid) yield cid
    }
    // The store may have been closed, and the Map emptied, since the last block.
    this.#admit(options)
  }

  async identity(): Promise<string> {
    this.#admit()
    return this.#id
  }

  /** Writes a line in its turn, then does what it says. */
  async #append(line: Line, options?: OperationOptions): Promise<void> {
    const log = this.#admit(options)
    const turn = this.#last.then(async () => {
      options?.signal?.throwIfAborted()
      await log.append(line)
      this.#apply(line)
    })
    this.#last = turn.catch(() => {})
    await turn
  }

  #apply(line: Line): void {
    if ('put' in line) this.#blocks.set(line.put, Buffer.from(line.data, 'base64'))
    else if ('delete' in line) this.#blocks.delete(line.delete)
    else this.#id = line.store
  }

  /** The log of a call that may go on. */
  #admit(options?: OperationOptions): Log {
    if (!this.#log) throw new PoolError('ERR_CLOSED', 'the store is closed')
    options?.signal?.throwIfAborted()
    return this.#log
  }
}
