import { readdir } from 'node:fs/promises'
import {
  type Backend,
  blockKey,
  blockName,
  cidFromName,
  createPool,
  errorCode,
  isIdentity,
  memory,
} from '@blockpool/core'
import { fs } from '@blockpool/fs'
import { sqlite } from '@blockpool/sqlite'
import fc from 'fast-check'
import type { CID } from 'multiformats/cid'
import { sameBytes } from '../shared/blocks.ts'
import { withFolder } from '../shared/temporary.ts'
import { hostileCids, hostileNames } from './cids.ts'

export interface HostileOptions {
  /** CIDs, and as many names. */
  readonly cids: number
  readonly seed: number
}

export interface HostileResult {
  readonly cids: number
  /** Puts that the stores alone took, all of which came back whole. */
  readonly stored: number
  /** How often each code was told. */
  readonly codes: Readonly<Record<string, number>>
  /** What was wrong, in words. Must be empty. */
  readonly findings: readonly string[]
}

const AT_ONCE = 200
const FINDINGS_KEPT = 20
/** One CID in so many is looked for in the files, and put there, since those are slow. All are named. */
const FILES_GET_STRIDE = 20
const FILES_PUT_STRIDE = 100

/** Asks stores and a pool for hostile CIDs, and puts blocks under them. */
export async function runHostile(options: HostileOptions): Promise<HostileResult> {
  // Hundreds of thousands of errors are made, and their stacks would take most of the time.
  const { stackTraceLimit } = Error
  Error.stackTraceLimit = 0
  try {
    return await withFolder((folder) => new Run(folder, options).run())
  } finally {
    Error.stackTraceLimit = stackTraceLimit
  }
}

class Run {
  readonly #folder: string
  readonly #options: HostileOptions
  readonly #codes: Record<string, number> = {}
  readonly #findings: string[] = []
  /** Multihashes: CIDs of one are one block, and may come again while a put of it is under way. */
  readonly #seen: Set<string> = new Set()
  #stored = 0

  constructor(folder: string, options: HostileOptions) {
    this.#folder = folder
    this.#options = options
  }

  async run(): Promise<HostileResult> {
    const { cids, seed } = this.#options
    const files = fs({ path: `${this.#folder}/store`, durability: 'process' })
    const rows = sqlite({ path: `${this.#folder}/blocks.db`, synchronous: 'off' })
    await files.open?.()
    await rows.open?.()
    const pool = await createPool({
      backends: { ram: { backend: memory() }, rows: { backend: sqlite(':memory:') } },
    })
    let n = 0
    for (const batch of batches(fc.sample(hostileCids, { numRuns: cids, seed }), AT_ONCE)) {
      await Promise.all(
        batch.map(async (cid) => {
          const at = n++
          const isNew = !this.#seen.has(blockKey(cid))
          this.#seen.add(blockKey(cid))
          this.#useName(cid)
          if (at % FILES_GET_STRIDE === 0)
            await this.#useStore(files, cid, isNew && at % FILES_PUT_STRIDE === 0)
          await this.#useStore(rows, cid, isNew)
          await this.#usePool(pool, cid)
        }),
      )
    }
    await this.#look(files)
    await pool.close()
    await files.close?.()
    await rows.close?.()
    this.#useNames(fc.sample(hostileNames, { numRuns: cids, seed }))
    return { cids, stored: this.#stored, codes: this.#codes, findings: this.#findings }
  }

  /** The name is of base32 and is short enough for a file, or there is none. */
  #useName(cid: CID): void {
    try {
      if (!/^[a-z2-7]{5,255}$/.test(blockName(cid))) this.#note(`${hexOf(cid)} is named '${blockName(cid)}'`)
    } catch (error) {
      if (errorCode(error) !== 'ERR_INVALID_CID') this.#note(`${hexOf(cid)}: ${String(error)}`)
    }
  }

  /** A store alone trusts its caller: it stores under any CID that can be a key, or says why not. */
  async #useStore(store: Backend, cid: CID, writes: boolean): Promise<void> {
    const name = `${store.type} and ${hexOf(cid)}`
    const { bytes } = cid.multihash
    const before = await this.#typed(name, () => store.get(cid))
    if (before && (writes || !sameBytes(before, bytes))) this.#note(`${name}: found what was never put`)
    if (!writes) return
    await this.#typed(name, async () => {
      await store.put({ cid, bytes })
      const found = await store.get(cid)
      if (!found || !sameBytes(found, bytes)) this.#note(`${name}: a put block does not come back`)
      if (!(await store.has(cid))) this.#note(`${name}: has says no after a put`)
      this.#stored++
    })
    if (store.type === 'sqlite') await this.#typed(name, () => store.delete(cid))
  }

  /** A pool takes nothing that does not hash to its CID, and answers for itself what a CID carries. */
  async #usePool(pool: Backend, cid: CID): Promise<void> {
    const name = `pool and ${hexOf(cid)}`
    const carried = isIdentity(cid) ? cid.multihash.digest : undefined
    const found = await this.#typed(name, () => pool.get(cid))
    if (found && !(carried && sameBytes(found, carried))) this.#note(`${name}: found what was never put`)
    const has = await this.#typed(name, () => pool.has(cid))
    if (has && !carried) this.#note(`${name}: has says yes`)
    let took = false
    await this.#typed(name, async () => {
      await pool.put({ cid, bytes: cid.bytes })
      took = true
    })
    if (took) this.#note(`${name}: took bytes that do not match`)
    await this.#typed(name, () => pool.delete(cid))
  }

  /** Resolves to undefined for a typed error; another one is a finding. */
  async #typed<T>(name: string, task: () => Promise<T>): Promise<T | undefined> {
    try {
      return await task()
    } catch (error) {
      const code = errorCode(error)
      if (code === undefined) this.#note(`${name}: ${String(error)}`)
      else this.#codes[code] = (this.#codes[code] ?? 0) + 1
      return undefined
    }
  }

  /** Nothing but names of base32 is in the folder, and nothing beside it. */
  async #look(files: Backend): Promise<void> {
    const around = (await readdir(this.#folder)).filter(
      (name) => !/^(store|blocks\.db(-wal|-shm)?)$/.test(name),
    )
    for (const name of around) this.#note(`beside the store there is '${name}'`)
    let blocks = 0
    for (const entry of await readdir(`${this.#folder}/store`, { recursive: true, withFileTypes: true })) {
      if (entry.isDirectory() || entry.name === 'store.json') continue
      blocks++
      if (!/^[a-z2-7]{5,}$/.test(entry.name)) this.#note(`a file of the store is named '${entry.name}'`)
    }
    for await (const _cid of files.list()) blocks--
    if (blocks !== 0) this.#note(`the listing differs from the files by ${blocks}`)
  }

  /** What is taken for a name of a block is the only name of that block. */
  #useNames(names: readonly string[]): void {
    for (const name of names) {
      const cid = cidFromName(name)
      if (cid === undefined) continue
      try {
        if (blockName(cid) !== name) this.#note(`'${name}' is not the name of what it was taken for`)
      } catch (error) {
        if (errorCode(error) !== 'ERR_INVALID_CID') this.#note(`'${name}': ${String(error)}`)
      }
    }
  }

  #note(finding: string): void {
    if (this.#findings.length < FINDINGS_KEPT) this.#findings.push(finding)
  }
}

function hexOf(cid: CID): string {
  return Buffer.from(cid.bytes).toString('hex')
}

function* batches<T>(items: readonly T[], size: number): Generator<readonly T[]> {
  for (let at = 0; at < items.length; at += size) yield items.slice(at, at + size)
}
