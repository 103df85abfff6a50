import { type Backend, createPool, memory, PoolError } from '@blockpool/core'
import { roundRobin } from '@blockpool/round-robin'
import { CID } from 'multiformats/cid'
import { sha256 } from 'multiformats/hashes/sha2'

const BLOCKS = 300

/** A memory backend that loses its reads, or flips a bit of what is read, once it is told to. */
function flawed(flaw: { now?: 'fails' | 'flips' }): Backend {
  const store = memory()
  return {
    type: store.type,
    traits: store.traits,
    put: (block) => store.put(block),
    has: (cid) => store.has(cid),
    delete: (cid) => store.delete(cid),
    list: () => store.list(),
    async get(cid) {
      if (flaw.now === 'fails') throw new PoolError('ERR_BACKEND', 'out of reach', { retryable: true })
      const bytes = (await store.get(cid))?.slice()
      if (bytes && flaw.now === 'flips') bytes[0] = (bytes[0] ?? 0) ^ 1
      return bytes
    },
  }
}

async function run(): Promise<unknown> {
  const flaw: Parameters<typeof flawed>[0] = {}
  await using pool = await createPool({
    strategy: roundRobin(),
    copies: 2,
    backends: { a: { backend: memory() }, b: { backend: flawed(flaw) }, c: { backend: memory() } },
  })
  const cids = await Promise.all(Array.from({ length: BLOCKS }, (_, i) => put(`block ${i}`)))
  async function put(words: string): Promise<CID> {
    const bytes = new TextEncoder().encode(words)
    const cid = CID.createV1(0x55, await sha256.digest(bytes))
    await pool.put({ cid, bytes })
    return cid
  }
  async function right(): Promise<number> {
    const texts = await Promise.all(cids.map(async (cid) => new TextDecoder().decode(await pool.get(cid))))
    return texts.filter((text, i) => text === `block ${i}`).length
  }

  const whole = await right()
  flaw.now = 'flips'
  const despiteFlips = await right()
  flaw.now = 'fails'
  const despiteFailures = await right()
  const [first] = cids as [CID, ...CID[]]
  const mismatch = await pool.put({ cid: first, bytes: new Uint8Array([1]) }).catch((e: PoolError) => e.code)
  const listed = await count(pool.list())
  await pool.delete(first)
  return { whole, despiteFlips, despiteFailures, mismatch, listed, gone: !(await pool.has(first)) }
}

async function count(items: AsyncIterable<unknown>): Promise<number> {
  let n = 0
  for await (const _ of items) n++
  return n
}

/** The page that holds this waits for it. */
Object.assign(globalThis, { outcome: run() })
