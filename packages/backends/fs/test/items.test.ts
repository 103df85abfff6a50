import { describe, expect, test, vi } from 'vitest'
import { Items } from '../src/items.ts'

async function* pagesOf(...pages: readonly (readonly number[])[]): AsyncGenerator<readonly number[]> {
  for (const page of pages) {
    await new Promise(setImmediate)
    yield page
  }
}

const all = async (items: AsyncIterable<number>): Promise<number[]> => {
  const found: number[] = []
  for await (const item of items) found.push(item)
  return found
}

describe('Items', () => {
  test('are those of all pages in their order, empty ones too', async () => {
    expect(await all(new Items(pagesOf([], [1, 2], [], [], [3]), () => {}))).toEqual([1, 2, 3])
    expect(await all(new Items(pagesOf(), () => {}))).toEqual([])
  })

  test('that are asked for at once come in the order in which they were asked for', async () => {
    const items = new Items(pagesOf([1, 2], [3]), () => {})
    const asked = await Promise.all(Array.from({ length: 5 }, () => items.next()))
    expect(asked.map(({ value }) => value)).toEqual([1, 2, 3, undefined, undefined])
    expect(asked.map(({ done }) => done)).toEqual([false, false, false, true, true])
  })

  test('end with what a page fails with, and are at their end then', async () => {
    async function* pages(): AsyncGenerator<readonly number[]> {
      yield [1]
      throw new Error('gone')
    }
    const items = new Items(pages(), () => {})
    expect(await items.next()).toEqual({ value: 1, done: false })
    await expect(items.next()).rejects.toThrow('gone')
    expect((await items.next()).done).toBe(true)
  })

  test('end with what the check throws, in the middle of a page, and read no more of them', async () => {
    const ended = vi.fn()
    async function* pages(): AsyncGenerator<readonly number[]> {
      try {
        yield [1, 2]
        yield [3]
      } finally {
        ended()
      }
    }
    let closed = false
    const items = new Items(pages(), () => {
      if (closed) throw new Error('closed')
    })
    await items.next()
    closed = true
    await expect(items.next()).rejects.toThrow('closed')
    expect((await items.next()).done).toBe(true)
    expect(ended).toHaveBeenCalledOnce()
  })

  test('whose reader stops end the reading of pages', async () => {
    const ended = vi.fn()
    async function* pages(): AsyncGenerator<readonly number[]> {
      try {
        yield [1, 2]
      } finally {
        ended()
      }
    }
    for await (const item of new Items(pages(), () => {})) if (item === 1) break
    expect(ended).toHaveBeenCalledOnce()
  })
})
