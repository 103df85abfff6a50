import { open, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fs } from '@blockpool/fs'
import { type Folder, temporaryFolder } from '../folder.ts'
import type { Field, Lap, Race } from '../race.ts'
import { ours, type Store } from '../stores/store.ts'
import { MIB, makeBlocks, timed } from '../work.ts'
import { rate } from './metrics.ts'

type MakeStore = (path: string) => Promise<Store>

/** New blocks each time, none of them synced. */
export function writing(id: string, quick: boolean, make: MakeStore): Race {
  const blocks = makeBlocks(quick ? 8 : 64, MIB)
  return {
    id: `limits/sequential-write/${id}`,
    title: `${id}(), put of 1 MiB, 32 at once, unsynced`,
    metrics: { put: rate('MiB/s') },
    start: () =>
      besideFile(make, (store, file) => ({
        ours: async () => ({ put: blocks.length / (await putAndDelete(store, blocks, 32)) }),
        'sequential write': async () => {
          await file.truncate()
          let at = 0
          const seconds = await timed(blocks, 1, ({ bytes }) => {
            at += bytes.length
            return file.write(bytes, 0, bytes.length, at - bytes.length)
          })
          return { put: blocks.length / seconds }
        },
      })),
  }
}

/** Each put waits for the device. */
export function syncing(id: string, quick: boolean, make: MakeStore): Race {
  const blocks = makeBlocks(quick ? 50 : 400, 1_024)
  return {
    id: `limits/fsync/${id}`,
    title: `${id}(), put of 1 KiB, one at once, synced`,
    metrics: { put: rate('ops/s') },
    start: () =>
      besideFile(make, (store, file) => ({
        ours: async () => ({ put: blocks.length / (await putAndDelete(store, blocks, 1)) }),
        'write and fsync': async () => {
          const seconds = await timed(blocks, 1, async ({ bytes }) => {
            await file.write(bytes)
            await file.sync()
          })
          return { put: blocks.length / seconds }
        },
      })),
  }
}

/** The folders of the same store, read as they are. */
export function reading(quick: boolean): Race {
  const count = quick ? 2_000 : 50_000
  return {
    id: 'limits/readdir',
    title: `fs(), list of ${count.toLocaleString('en-US')} CIDs`,
    metrics: { list: rate('names/s') },
    maxRounds: 5,
    async start() {
      const folder = await temporaryFolder()
      const path = folder.fresh('fs')
      const store = await ours(fs({ path, durability: 'process' }))
      await timed(makeBlocks(count, 64), 32, (block) => store.put(block))
      return {
        contenders: {
          ours: listing(count, async () => (await store.list?.()) ?? 0),
          'raw readdir': listing(count, () => namesBelow(join(path, 'blocks'))),
        },
        close: () => closeAll(store, folder),
      }
    },
  }
}

function listing(expected: number, list: () => Promise<number>): Lap {
  return async () => {
    const began = performance.now()
    const found = await list()
    if (found !== expected) throw new Error(`${found} listed instead of ${expected}`)
    return { list: (found / (performance.now() - began)) * 1_000 }
  }
}

async function namesBelow(folder: string): Promise<number> {
  let found = 0
  for (const shard of await readdir(folder, { withFileTypes: true })) {
    if (shard.isDirectory()) found += (await readdir(join(folder, shard.name))).length
  }
  return found
}

/** Seconds of the puts alone. */
async function putAndDelete(
  store: Store,
  blocks: ReturnType<typeof makeBlocks>,
  atOnce: number,
): Promise<number> {
  const seconds = await timed(blocks, atOnce, (block) => store.put(block))
  await timed(blocks, 32, ({ cid }) => store.delete(cid))
  return seconds
}

type OpenFile = Awaited<ReturnType<typeof open>>

/** A store and a plain file on the same disk. */
async function besideFile(
  make: MakeStore,
  contenders: (store: Store, file: OpenFile) => Field['contenders'],
): Promise<Field> {
  const folder = await temporaryFolder()
  const store = await make(folder.fresh('store'))
  const file = await open(folder.fresh('file'), 'w')
  return {
    contenders: contenders(store, file),
    async close() {
      await file.close()
      await closeAll(store, folder)
    },
  }
}

async function closeAll(store: Store, folder: Folder): Promise<void> {
  await store.close()
  await folder.remove()
}
