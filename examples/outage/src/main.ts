/**
 * A directory goes into a pool of memory, SQLite and disk, two copies of each block. Then the disk is taken away and
 * SQLite copies are damaged, and every byte still comes out.
 *
 *   node src/main.ts [path] [--json]
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { createPool, memory, type PoolEvent, type StoragePool } from '@blockpool/core'
import { fs } from '@blockpool/fs'
import { sizeBased } from '@blockpool/size-based'
import { sqlite } from '@blockpool/sqlite'
import { createProgress, formatBytes, formatStatus, importPaths, measurePaths, type Output } from 'blockpool'
import { compare } from './compare.ts'
import { flipBits, takeAway } from './damage.ts'

const FLIPPED = 16

interface Report {
  readonly root: string
  readonly files: number
  readonly blocks: number
  readonly bytes: number
  readonly backends: Readonly<Record<string, object>>
  readonly failovers: number
  readonly corrupt: number
  readonly repaired: number
  readonly identical: boolean
  readonly seconds: number
}

const { values, positionals } = parseArgs({
  options: { json: { type: 'boolean', default: false } },
  allowPositionals: true,
})
// A driver's package is a real directory that every installation has: sources, documents and binaries.
const source = positionals[0] ?? dirname(fileURLToPath(import.meta.resolve('better-sqlite3/package.json')))
// With --json stdout is for the one object; people read the rest on stderr.
const out: Output = values.json ? process.stderr : process.stdout
const color = out.isTTY === true && !process.env.NO_COLOR
const say = (line = ''): void => void out.write(`${line}\n`)

const scratch = await mkdtemp(join(tmpdir(), 'blockpool-outage-'))
try {
  const report = await run()
  if (values.json) process.stdout.write(`${JSON.stringify(report)}\n`)
  process.exitCode = report.identical ? 0 : 1
} finally {
  await rm(scratch, { recursive: true, force: true })
}

async function run(): Promise<Report> {
  const started = performance.now()
  const tally = { failovers: 0, corrupt: 0, repaired: 0 }
  const onEvent = (event: PoolEvent): void => {
    if (event.type === 'failover') tally.failovers++
    if (event.type === 'corrupt') tally.corrupt++
    if (event.type === 'repaired') tally.repaired++
    if (event.type === 'unhealthy') say(`  event: '${event.backend}' is out of service: ${event.reason}`)
  }
  await using pool = await createPool({
    strategy: sizeBased(),
    copies: 2,
    healthIntervalMs: 500,
    onEvent,
    backends: {
      memory: { backend: memory({ maxBytes: 256 * 1024 * 1024 }) },
      // What lasts is read and written before memory.
      sqlite: { backend: sqlite(join(scratch, 'blocks.db')), priority: 200, costPerGb: 0.08 },
      disk: { backend: fs(join(scratch, 'disk')), sizeThresholdBytes: 65_536, costPerGb: 0.023 },
    },
  })

  say(`1. Adding ${source}`)
  const added = await add(pool)
  say(`   ${added.files} files, ${added.blocks} blocks, ${formatBytes(added.bytes)} are now ${added.root}\n`)
  say(`${formatStatus(pool.stats(), { color })}\n`)

  say(`2. Taking away 'disk': its folder is deleted while the pool is open`)
  await takeAway(join(scratch, 'disk'))
  const flipped = await flipBits(pool, join(scratch, 'blocks.db'), 'memory', FLIPPED)
  say(`3. Flipping a bit in ${flipped.length} blocks of 'sqlite'\n`)

  say('4. Reading everything back')
  const read = await readBack(pool, added)
  await pool.settled()
  const stats = pool.stats()
  say(`\n${formatStatus(stats, { color })}\n`)
  say(
    `   ${tally.corrupt} corrupt copies found, ${tally.failovers} reads went on elsewhere, ${tally.repaired} copies repaired`,
  )

  const identical = read.different.length === 0 && read.files === added.files && read.bytes === added.bytes
  const seconds = Math.round(performance.now() - started) / 1_000
  for (const path of read.different) say(`   DIFFERENT: ${path}`)
  say(
    identical
      ? `All ${formatBytes(added.bytes)} in ${added.files} files are identical, with one backend gone (${seconds} s).`
      : `${read.different.length} paths differ.`,
  )
  return {
    root: added.root.toString(),
    files: added.files,
    blocks: added.blocks,
    bytes: added.bytes,
    backends: Object.fromEntries(
      Object.values(stats.backends).map(({ id, blocks, usedBytes, reads, writes, errors }) => [
        id,
        { blocks, bytes: usedBytes, reads, writes, errors },
      ]),
    ),
    failovers: tally.failovers,
    corrupt: tally.corrupt,
    repaired: tally.repaired,
    identical,
    seconds,
  }
}

async function add(pool: StoragePool): Promise<Awaited<ReturnType<typeof importPaths>>> {
  const { bytes: totalBytes } = await measurePaths([source])
  const progress = createProgress(process.stderr, { label: 'adding', totalBytes, color })
  try {
    return await importPaths(pool, [source], {
      onProgress: ({ bytes, current }) => progress.update(bytes, current),
    })
  } finally {
    progress.stop()
  }
}

async function readBack(
  pool: StoragePool,
  added: Awaited<ReturnType<typeof importPaths>>,
): ReturnType<typeof compare> {
  const progress = createProgress(process.stderr, { label: 'reading', totalBytes: added.bytes, color })
  try {
    return await compare(pool, added.root, source, (bytes) => progress.update(bytes))
  } finally {
    progress.stop()
  }
}
