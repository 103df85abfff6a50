import { describe, expect, it } from 'vitest'
import { ahead } from '../../src/unixfs/ahead.ts'
import { collect } from '../support.ts'

describe('ahead', () => {
  it('yields in the order of the items, whichever ends first', async () => {
    const delays = [30, 1, 20, 5]
    const results = ahead(delays, 4, async (ms) => {
      await new Promise((resolve) => setTimeout(resolve, ms))
      return ms
    })
    expect(await collect(results)).toEqual(delays)
  })

  it('never has more than the limit begun and not taken', async () => {
    let begun = 0
    let taken = 0
    const results = ahead(Array.from({ length: 100 }), 7, async () => {
      begun += 1
    })
    for await (const _ of results) {
      expect(begun - taken).toBeLessThanOrEqual(7)
      taken += 1
    }
    expect(taken).toBe(100)
  })

  it('begins nothing more once the consumer stops', async () => {
    let begun = 0
    for await (const _ of ahead(Array.from({ length: 100 }), 3, async () => (begun += 1))) break
    expect(begun).toBe(3)
  })

  it('throws a failure in its turn, and leaves none unhandled', async () => {
    const results = ahead([1, 2, 3], 3, async (n) => {
      if (n > 1) throw new RangeError(String(n))
      return n
    })
    expect(await results.next()).toEqual({ done: false, value: 1 })
    await expect(results.next()).rejects.toThrow(RangeError)
  })

  it('takes nothing from nothing', async () => {
    expect(await collect(ahead([], 5, async () => 1))).toEqual([])
  })
})
