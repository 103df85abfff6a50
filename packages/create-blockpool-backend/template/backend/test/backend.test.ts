import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
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
