import { copyFile, rm } from 'node:fs/promises'
import { blockKey, createPool, errorCode, type PoolEvent, type StoragePool } from '@blockpool/core'
import { fs } from '@blockpool/fs'
import { sqlite } from '@blockpool/sqlite'
import { numberedBlock, sameBytes } from '../shared/blocks.ts'
import { type Random, seeded } from '../shared/random.ts'
import { withFolder } from '../shared/temporary.ts'
import { damaged, flipAnywhere, flipInPages, rawFiles, rawRows, ways } from './damage.ts'

export interface FlipOptions {
  /** Copies to damage, one by one. */
  readonly flips: number
  readonly seed: number
}

export interface FlipResult {
  /** Copies that were damaged while the other one was good, and how many of those were noticed and made good. */
  readonly flips: number
  readonly detected: number
  readonly healed: number
  /** Wrong bytes that a `get` returned. Must be 0. */
  readonly returned: number
  /** Gets that failed though a good copy was there. Must be 0. */
  readonly failed: number
  /** Blocks of which both copies were damaged, and how many of those were told with `ERR_CORRUPT`. */
  readonly hopeless: number
  readonly told: number
  /** Databases with bits flipped anywhere, behind the pool; they count for `returned` and `failed` alone. */
  readonly databases: number
  readonly findings: readonly string[]
}

const BLOCKS = 100
const MAX_BLOCK_BYTES = 4_096
const FINDINGS_KEPT = 20
/** Batches between two that damage the file of the closed database. */
const CLOSED_STRIDE = 4

const blocks = Array.from({ length: BLOCKS }, (_, n) => numberedBlock(n, MAX_BLOCK_BYTES))

type Victim = 'files' | 'database'

/** Damages copies under a pool of two stores and reads every block through it. */
export function runFlips(options: FlipOptions): Promise<FlipResult> {
  return withFolder(async (folder) => {
    const run = new Run(folder, seeded(options.seed))
    await run.fill()
    for (let batch = 0; run.flips < options.flips; batch++) {
      if (batch % CLOSED_STRIDE === CLOSED_STRIDE - 1) {
        await run.damagePages()
        await run.damageDatabase()
      } else await run.damageCopies(batch % 2 === 0 ? 'files' : 'database', options.flips - run.flips)
    }
    await run.damageBoth()
    return run.result()
  })
}

class Run {
  readonly #folder: string
  readonly #random: Random
  readonly #findings: string[] = []
  readonly #counts = {
    flips: 0,
    detected: 0,
    healed: 0,
    returned: 0,
    failed: 0,
    hopeless: 0,
    told: 0,
    databases: 0,
  }

  constructor(folder: string, random: Random) {
    this.#folder = folder
    this.#random = random
  }

  get flips(): number {
    return this.#counts.flips
  }

  result(): FlipResult {
    return { ...this.#counts, findings: this.#findings }
  }

  async fill(): Promise<void> {
    const pool = await this.#open('files')
    await Promise.all(blocks.map((block) => pool.put(block)))
    await pool.close()
  }

  /** In the place where they are, under the open pool. */
  async damageCopies(victim: Victim, most: number): Promise<void> {
    await this.#judge(victim, () => {
      const raw = this.#raw(victim)
      for (const { cid, bytes } of blocks.slice(0, most)) {
        raw.write(cid, damaged(bytes, this.#random.pick(ways), this.#random))
      }
      raw.close()
      return [...blocks.slice(0, most).keys()]
    })
  }

  /** In the pages of the closed database. */
  async damagePages(): Promise<void> {
    const flipped = flipInPages(
      this.#database,
      blocks.map((block) => block.bytes),
      this.#random,
    )
    // What was flipped may have been the remains of an earlier row.
    const raw = this.#raw('database')
    const wrong = flipped.filter((n) => {
      const { cid, bytes } = blocks[n] as (typeof blocks)[number]
      return !sameBytes(raw.read(cid) ?? bytes, bytes)
    })
    raw.close()
    await this.#judge('database', () => wrong)
  }

  /** Anywhere in the database, whose structure may break: then the other copies must do. */
  async damageDatabase(): Promise<void> {
    const good = `${this.#database}.good`
    await copyFile(this.#database, good)
    flipAnywhere(this.#database, 1 + this.#random.below(8), this.#random)
    this.#counts.databases++
    const pool = await this.#open('database')
    await this.#readAll(pool)
    await pool.close().catch(() => {})
    for (const end of ['', '-wal', '-shm']) await rm(`${this.#database}${end}`, { force: true })
    await copyFile(good, this.#database)
  }

  /** Both copies: nothing can be returned, and that must be told. */
  async damageBoth(): Promise<void> {
    const pool = await this.#open('files')
    for (const victim of ['files', 'database'] as const) {
      const raw = this.#raw(victim)
      for (const { cid, bytes } of blocks) raw.write(cid, damaged(bytes, 'bit', this.#random))
      raw.close()
    }
    for (const { cid } of blocks) {
      this.#counts.hopeless++
      try {
        const found = await pool.get(cid)
        if (found) this.#counts.returned++
        this.#note('a block without a good copy came as', found === undefined ? 'absent' : 'present')
      } catch (error) {
        if (errorCode(error) === 'ERR_CORRUPT') this.#counts.told++
        else this.#note('a block without a good copy:', error)
      }
    }
    await pool.close()
  }

  /** Damages copies of a victim, reads all through a pool that asks it first, and looks whether they were made good. */
  async #judge(victim: Victim, damage: () => readonly number[]): Promise<void> {
    const noticed = new Set<string>()
    const pool = await this.#open(victim, (event) => {
      if (event.type === 'corrupt' && event.backend === victim) noticed.add(blockKey(event.cid))
      if (event.type === 'repair-failed') this.#note('a repair failed:', event.error)
    })
    const numbers = damage()
    await this.#readAll(pool)
    await pool.settled()
    await pool.close()
    const raw = this.#raw(victim)
    for (const n of numbers) {
      const { cid, bytes } = blocks[n] as (typeof blocks)[number]
      const found = raw.read(cid)
      const healed = found !== undefined && sameBytes(found, bytes)
      this.#counts.flips++
      if (noticed.has(blockKey(cid))) this.#counts.detected++
      else this.#note('not detected in', `${victim}: block ${n}`)
      if (healed) this.#counts.healed++
      else this.#note('not healed in', `${victim}: block ${n}`)
      // The next batch shall find good copies.
      if (!healed && found) raw.write(cid, bytes)
    }
    raw.close()
  }

  async #readAll(pool: StoragePool): Promise<void> {
    const read = async ({ cid, bytes }: (typeof blocks)[number]) => {
      try {
        const found = await pool.get(cid)
        if (found && !sameBytes(found, bytes)) this.#counts.returned++
        if (!found) this.#counts.failed++
      } catch (error) {
        this.#counts.failed++
        this.#note('a get failed:', error)
      }
    }
    await Promise.all(blocks.map(read))
  }

  #open(first: Victim, onEvent?: (event: PoolEvent) => void): Promise<StoragePool> {
    return createPool<string>({
      backends: {
        files: {
          backend: fs({ path: this.#files, durability: 'process' }),
          priority: first === 'files' ? 2 : 1,
        },
        database: { backend: sqlite(this.#database), priority: first === 'database' ? 2 : 1 },
      },
      copies: 2,
      writeQuorum: 'all',
      repairsPerSecond: 1e6,
      onEvent,
    })
  }

  #raw(victim: Victim): ReturnType<typeof rawFiles> {
    return victim === 'files' ? rawFiles(this.#files) : rawRows(this.#database)
  }

  get #files(): string {
    return `${this.#folder}/files`
  }

  get #database(): string {
    return `${this.#folder}/blocks.db`
  }

  #note(what: string, detail: unknown): void {
    if (this.#findings.length < FINDINGS_KEPT) this.#findings.push(`${what} ${String(detail)}`)
  }
}
