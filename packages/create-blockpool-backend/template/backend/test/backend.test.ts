import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CID } from 'multiformats/cid'
import { sha256 } from 'multiformats/hashes/sha2'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { myStore } from '../src/backend.ts'
import { plugin } from '../src/plugin.ts'

// What the kit cannot know of: the folder itself, and the plugin.

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'my-store-'))
})
afterEach(() => rm(folder, { recursive: true }))

test('a folder of something else is refused and left as it is', async () => {
  await writeFile(join(folder, 'letter.txt'), 'dear reader')
  const opening = myStore({ path: folder }).open?.()
  await expect(opening).rejects.toMatchObject({ code: 'ERR_STORE_INVALID' })
  expect(await readdir(folder)).toEqual(['letter.txt'])
})

test('where the store of before is gone, no new one is made', async () => {
  const store = myStore({ path: join(folder, 'unmounted') })
  const opening = store.open?.({ expectedStore: 'the id of before' })
  await expect(opening).rejects.toMatchObject({ code: 'ERR_STORE_GONE' })
  expect(await readdir(folder)).toEqual([])
})

test('a store that is taken away while it is open says so', async () => {
  const path = join(folder, 'store')
  const store = myStore({ path })
  await store.open?.()
  await rm(path, { recursive: true })
  await expect(store.identity?.()).rejects.toMatchObject({ code: 'ERR_STORE_GONE' })
  await store.close?.()
})

test('two stores in one folder have one id, and see the blocks of each other', async () => {
  const one = myStore({ path: folder })
  const two = myStore({ path: folder })
  await Promise.all([one.open?.(), two.open?.()])
  expect(await one.identity?.()).toBe(await two.identity?.())
  const bytes = new TextEncoder().encode('hello')
  const cid = CID.createV1(0x55, await sha256.digest(bytes))
  await one.put({ cid, bytes })
  expect(await two.has(cid)).toBe(true)
  await Promise.all([one.close?.(), two.close?.()])
})

test('the plugin makes the store of a URL, relative to its configuration', async () => {
  const given = plugin.fromUrl?.('my-store:./blocks')
  const result = await plugin.options['~standard'].validate(given)
  if (result.issues) throw new Error('refused')
  const nested = (): Promise<never> => Promise.reject(new Error('nothing is nested here'))
  const context = { baseDir: folder, strategy: nested, backend: nested }
  const store = await plugin.create(result.value, context)
  await store.open?.()
  await store.close?.()
  expect(await readdir(folder)).toEqual(['blocks'])
})

test('the plugin says what it expected', async () => {
  const result = await plugin.options['~standard'].validate({ path: '' })
  expect(result.issues).toMatchObject([{ path: ['path'] }])
})
