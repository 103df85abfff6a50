import { memory, PoolError } from '@blockpool/core'
import { describe, expect, test } from 'vitest'
import {
  assertBytes,
  assertCode,
  assertEqual,
  assertLists,
  assertRejects,
  assertThat,
  ConformanceError,
  rejection,
} from '../src/assert.ts'
import { blockOf } from '../src/blocks.ts'

describe('assertEqual', () => {
  test('tells apart what Object.is tells apart', () => {
    assertEqual('a number', Number.NaN, Number.NaN)
    expect(() => assertEqual('a number', -0, 0)).toThrow(ConformanceError)
  })

  test('keeps what was expected and what came', () => {
    expect(() => assertEqual('a number', 1, 2)).toThrow(expect.objectContaining({ expected: 2, actual: 1 }))
  })
})

test('assertThat fails when the condition does not hold', () => {
  assertThat('a number', true, 'anything', 1)
  expect(() => assertThat('a number', false, 'more', 1)).toThrow(
    expect.objectContaining({ expected: 'more', actual: 1 }),
  )
})

describe('assertBytes', () => {
  const bytes = Uint8Array.of(1, 2, 3)

  test('takes a view of the same bytes', () => {
    assertBytes('bytes', Uint8Array.of(0, 1, 2, 3, 4).subarray(1, 4), bytes)
  })

  test.each([undefined, null, 'abc', [1, 2, 3], Uint8Array.of(1, 2), Uint8Array.of(1, 2, 4)])(
    'fails for %o',
    (actual) => {
      expect(() => assertBytes('bytes', actual, bytes)).toThrow(ConformanceError)
    },
  )
})

describe('assertLists', () => {
  test('takes the blocks in any order, and fails for one too many, too few, or twice', async () => {
    const [a, b, c] = await Promise.all([1, 2, 3].map((n) => blockOf(Uint8Array.of(n))))
    if (!a || !b || !c) throw new Error('no blocks')
    assertLists('list', [b.cid, a.cid], [a, b])
    expect(() => assertLists('list', [a.cid, b.cid, c.cid], [a, b])).toThrow(ConformanceError)
    expect(() => assertLists('list', [a.cid], [a, b])).toThrow(ConformanceError)
    expect(() => assertLists('list', [a.cid, b.cid, a.cid], [a, b])).toThrow(ConformanceError)
  })
})

describe('rejection', () => {
  test('gives the error of a rejected call', async () => {
    const error = new Error('no')
    expect(await rejection('a call', () => Promise.reject(error))).toBe(error)
  })

  test('fails for a call that resolves', async () => {
    await expect(rejection('a call', async () => {})).rejects.toBeInstanceOf(ConformanceError)
  })

  test('fails for a call that throws instead of rejecting', async () => {
    const call = (): Promise<void> => {
      throw new Error('at once')
    }
    await expect(rejection('a call', call)).rejects.toBeInstanceOf(ConformanceError)
  })
})

describe('assertCode', () => {
  test('looks at the code of a PoolError, whichever copy of the class made it', () => {
    assertCode('an error', new PoolError('ERR_FULL', 'full'), 'ERR_FULL')
    const foreign = Object.assign(new Error('full'), { name: 'PoolError', code: 'ERR_FULL' })
    assertCode('an error', foreign, 'ERR_FULL')
    expect(() => assertCode('an error', new PoolError('ERR_FULL', 'full'), 'ERR_CLOSED')).toThrow(
      ConformanceError,
    )
    expect(() => assertCode('an error', new Error('ERR_FULL'), 'ERR_FULL')).toThrow(ConformanceError)
  })

  test('assertRejects asks the same of a call', async () => {
    const store = memory()
    await store.close?.()
    const { cid } = await blockOf(new Uint8Array(0))
    await assertRejects('get', 'ERR_CLOSED', () => store.get(cid))
    await expect(assertRejects('get', 'ERR_FULL', () => store.get(cid))).rejects.toBeInstanceOf(
      ConformanceError,
    )
  })
})
