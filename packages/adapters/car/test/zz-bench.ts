import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream, mkdtempSync, rmSync, statSync } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { Readable } from 'node:stream'
import { join } from 'node:path'
import { CID } from 'multiformats/cid'
import * as Digest from 'multiformats/hashes/digest'
import { createPool, memory } from '@blockpool/core'
import { sqlite } from '@blockpool/sqlite'
import { exportBlocks, importCar, readCar } from '@blockpool/car'
import { CarReader, CarBlockIterator } from '@ipld/car'
const folder = mkdtempSync('/tmp/carbench-')
const [n, size] = [Number(process.argv[2] ?? 100000), Number(process.argv[3] ?? 1024)]
const mem = memory(); await mem.open?.()
const cids: CID[] = []
for (let i = 0; i < n; i++) { const bytes = new Uint8Array(size); new DataView(bytes.buffer).setUint32(0, i); const cid = CID.createV1(0x55, Digest.create(0x12, createHash('sha256').update(bytes).digest())); cids.push(cid); await mem.put({ cid, bytes }) }
const file = join(folder, 'a.car')
const time = async (name: string, f: () => Promise<unknown>) => { const t = performance.now(); await f(); const s = (performance.now() - t) / 1000; console.log(name.padEnd(40), s.toFixed(2) + ' s', (n / s / 1000).toFixed(0) + 'k blocks/s', (n*size/s/1e6).toFixed(0)+' MB/s', 'rss', (process.memoryUsage().rss/1e6).toFixed(0)) }
await time('export list', () => pipeline(Readable.from(exportBlocks(mem, cids)), createWriteStream(file)))
await time('export list no verify', () => pipeline(Readable.from(exportBlocks(mem, cids, {verify: false})), createWriteStream(file)))
for (const hwm of [65536, 1048576]) {
  const src = () => createReadStream(file, { highWaterMark: hwm })
  console.log('chunks', hwm)
  await time('@ipld/car iterate (no verify)', async () => { for await (const _ of await CarBlockIterator.fromIterable(src())); })
  await time('readCar no verify', async () => { for await (const _ of (await readCar(src(), { verify: false })).blocks); })
  await time('readCar verify', async () => { for await (const _ of (await readCar(src())).blocks); })
  await time('import memory', async () => { const m = memory(); await m.open?.(); await importCar(m, src()) })
  for (const concurrency of [256, 512, 1024]) {
    await time('import sqlite ' + concurrency, async () => { const p = join(folder, `s${hwm}${concurrency}.db`); const s = sqlite(p); await s.open?.(); await importCar(s, src(), { verify: true, concurrency }); await s.close?.(); rmSync(p) })
    await time('import pool(sqlite) ' + concurrency, async () => { const p = join(folder, `p${hwm}${concurrency}.db`); const pool = await createPool({ backends: { a: { backend: sqlite(p) } } }); await importCar(pool, src(), { verify: false, concurrency }); await pool.close(); rmSync(p) })
  }
}
rmSync(folder, { recursive: true })
