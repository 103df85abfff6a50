import * as fs from 'node:fs'
import { mkdir, readdir } from 'node:fs/promises'
import { blockName } from '@blockpool/core'
import type { CID } from 'multiformats/cid'
import type { Store } from './store.ts'

const DIGITS = 'abcdefghijklmnopqrstuvwxyz234567'
/** Folders that are read at once. */
const READ_AT_ONCE = 8

type Done<T> = (error: Error | null, value?: T) => void

/**
 * A file for each block in 1,024 folders, written beside its place and moved there, with the fewest calls that do it, and
 * nothing else: no order of what happens to one block, no clean-up, no abort. What a store of such files can hardly beat.
 */
export async function filesByHand(root: string, { sync }: { readonly sync: boolean }): Promise<Store> {
  const shards = [...DIGITS].flatMap((a) => [...DIGITS].map((b) => a + b))
  for (const folder of ['tmp', ...shards]) await mkdir(`${root}/${folder}`, { recursive: true })
  let made = 0
  const folderOf = (name: string): string => `${root}/${name.slice(-3, -1)}`
  const pathOf = (cid: CID): string => {
    const name = blockName(cid)
    return `${folderOf(name)}/${name}`
  }
  return {
    async put({ cid, bytes }) {
      const temp = `${root}/tmp/${made++}`
      const fd = await call<number>((done) => fs.open(temp, 'wx', done))
      await call((done) => fs.write(fd, bytes, 0, bytes.length, null, done))
      if (sync) await call((done) => fs.fsync(fd, done))
      await call((done) => fs.close(fd, done))
      const path = pathOf(cid)
      await call((done) => fs.rename(temp, path, done))
      if (sync) await syncFolder(path.slice(0, path.lastIndexOf('/')))
    },
    get: (cid) => call<Uint8Array>((done) => fs.readFile(pathOf(cid), done)),
    async has(cid) {
      await call((done) => fs.lstat(pathOf(cid), done))
      return true
    },
    delete: (cid) => call((done) => fs.unlink(pathOf(cid), done)),
    list: () => namesIn(shards.map((shard) => `${root}/${shard}`)),
    close: async () => {},
  }
}

async function syncFolder(path: string): Promise<void> {
  const fd = await call<number>((done) => fs.open(path, done))
  await call((done) => fs.fsync(fd, done))
  await call((done) => fs.close(fd, done))
}

async function namesIn(folders: readonly string[]): Promise<number> {
  let [next, found] = [0, 0]
  const read = async (): Promise<void> => {
    for (let folder = folders[next++]; folder; folder = folders[next++]) {
      const names = await readdir(folder)
      found += names.length
    }
  }
  await Promise.all(Array.from({ length: READ_AT_ONCE }, read))
  return found
}

function call<T>(start: (done: Done<T>) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    start((error, value) => (error ? reject(error) : resolve(value as T)))
  })
}
