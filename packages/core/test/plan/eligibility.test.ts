import { describe, expect, test } from 'vitest'
import { type Standing, whyNotRead, whyNotWrite } from '../../src/plan/eligibility.ts'

const GOOD: Standing = {
  read: true,
  write: true,
  draining: false,
  unhealthyReason: undefined,
  capacityBytes: undefined,
  usedBytes: 0,
  reservedBytes: 0,
  traits: { durability: 'none' },
}

describe('whyNotRead', () => {
  test('a healthy backend with reads on may be read', () => {
    expect(whyNotRead(GOOD)).toBeUndefined()
  })

  test('a full, draining or write-disabled backend may still be read', () => {
    expect(
      whyNotRead({ ...GOOD, capacityBytes: 1, usedBytes: 1, draining: true, write: false }),
    ).toBeUndefined()
  })

  test.each([
    [{ read: false }, 'reads are off'],
    [{ unhealthyReason: 'probe failed' }, 'unhealthy'],
  ] as const)('%o may not be read: %s', (change, reason) => {
    expect(whyNotRead({ ...GOOD, ...change })).toBe(reason)
  })
})

describe('whyNotWrite', () => {
  test('a healthy backend with writes on takes a block of any size', () => {
    expect(whyNotWrite(GOOD, 2 ** 30)).toBeUndefined()
  })

  test('reads that are off do not forbid writes', () => {
    expect(whyNotWrite({ ...GOOD, read: false }, 1)).toBeUndefined()
  })

  test.each([
    [{ write: false }, 'writes are off'],
    [{ unhealthyReason: 'store changed' }, 'unhealthy'],
    [{ draining: true }, 'draining'],
    [{ traits: { durability: 'none', maxBlockBytes: 9 } }, 'block too large'],
    [{ capacityBytes: 9 }, 'over capacity'],
    [{ capacityBytes: 20, usedBytes: 11 }, 'over capacity'],
    [{ capacityBytes: 20, reservedBytes: 11 }, 'over capacity'],
  ] as const)('%o may not take 10 bytes: %s', (change, reason) => {
    expect(whyNotWrite({ ...GOOD, ...change }, 10)).toBe(reason)
  })

  test('limits are inclusive', () => {
    const limited = {
      ...GOOD,
      traits: { durability: 'none', maxBlockBytes: 10 },
      capacityBytes: 30,
      usedBytes: 10,
      reservedBytes: 10,
    } as const
    expect(whyNotWrite(limited, 10)).toBeUndefined()
    expect(whyNotWrite(limited, 11)).toBe('block too large')
  })
})
