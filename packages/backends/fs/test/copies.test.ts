import { join } from 'node:path'
import { type FileSystem, fs, nodeFileSystem } from '@blockpool/fs'
import { expect, test } from 'vitest'
import { blockOf } from './support/blocks.ts'
import { scratchFolder } from './support/stores.ts'

const root = scratchFolder()

test('the file system gets the bytes of a put and gives those of a get: none is copied between', async () => {
  const written: Uint8Array[] = []
  const read: Uint8Array[] = []
  const fileSystem: FileSystem = {
    ...nodeFileSystem,
    async create(path) {
      const file = await nodeFileSystem.create(path)
      return {
        write(bytes) {
          written.push(bytes)
          return file.write(bytes)
        },
        sync: () => file.sync(),
        close: () => file.close(),
      }
    },
    async read(path) {
      const bytes = await nodeFileSystem.read(path)
      read.push(bytes)
      return bytes
    },
  }
  const store = fs({ path: join(root, 'store'), fileSystem })
  await store.open?.()
  const { cid, bytes } = blockOf('not copied')
  await store.put({ cid, bytes })
  const found = await store.get(cid)
  await store.close?.()
  expect(written.filter((other) => other === bytes)).toHaveLength(1)
  expect(read.filter((other) => other === found)).toHaveLength(1)
})

test('no call makes the signal that says whether it was given up', async () => {
  const store = fs({ path: join(root, 'other'), durability: 'process' })
  await store.open?.()
  let made = 0
  const options = {
    aborted: false,
    get signal() {
      made++
      return undefined
    },
  }
  const one = blockOf('no signal')
  await store.put(one, options)
  await store.get(one.cid, options)
  await store.has(one.cid, options)
  await store.delete(one.cid, options)
  await store.close?.()
  expect(made).toBe(0)
})
