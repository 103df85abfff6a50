import { expect, test } from 'vitest'
import { Count } from '../src/count.ts'
import { layoutOf } from '../src/layout.ts'
import type { Page, Requests } from '../src/requests.ts'

const NAME = 'ciqcz4snxjp3biyoe3udwkwfxhrj4gywdzob7j2clzzqim3csofzqja'
const MINUTE = 60_000

/** A store of so many pages, how often it was listed, and a clock. */
function counting(pages: number) {
  const seen = { listed: 0, now: 0 }
  const page = async (): Promise<Page> => {
    seen.listed++
    const objects = [NAME, 'not-ours'].map((name) => ({ key: `blocks/${name}`, bytes: 5 }))
    return { objects, next: seen.listed % pages === 0 ? undefined : `page ${seen.listed}` }
  }
  const count = new Count({ page } as unknown as Requests, layoutOf(''), () => seen.now)
  return { count, seen }
}

test('blocks are counted over all pages, other objects are not', async () => {
  const { count } = counting(3)
  expect(await count.usage()).toEqual({ blocks: 3, bytes: 15 })
})

test('a count stands for 5 minutes while nothing is written', async () => {
  const { count, seen } = counting(1)
  await count.usage()
  seen.now += 4 * MINUTE
  await count.usage()
  expect(seen.listed).toBe(1)
  count.changed()
  await count.usage()
  expect(seen.listed).toBe(2)
  seen.now += 6 * MINUTE
  await count.usage()
  expect(seen.listed).toBe(3)
})

test('a write that ends during a count has the next one made anew', async () => {
  const { count, seen } = counting(1)
  const counted = count.usage()
  count.changed()
  await counted
  await count.usage()
  expect(seen.listed).toBe(2)
})

test('a store of more than 20 pages is not counted, nor tried again within the hour', async () => {
  const { count, seen } = counting(1_000)
  await expect(count.usage()).rejects.toMatchObject({ code: 'ERR_BACKEND', retryable: false })
  seen.now += 59 * MINUTE
  count.changed()
  await expect(count.usage()).rejects.toMatchObject({ code: 'ERR_BACKEND', retryable: false })
  expect(seen.listed).toBe(20)
})
