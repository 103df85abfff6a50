import { describe, expect, test } from 'vitest'
import { isLastResort, type Standing, serves, whyNotRead, whyNotWrite } from '../../src/plan/eligibility.ts'
import { type Breaker, CLOSED } from '../../src/plan/health.ts'

const NOW = 1_000
const OPEN: Breaker = { state: 'open', until: NOW + 1, failedProbes: 0 }

const GOOD: Standing = {
  read: true,
  write: true,
  draining: false,
  unhealthyReason: undefined,
  readBreaker: CLOSED,
  writeBreaker: CLOSED,
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
    [{ unhealthyReason: 'store changed' }, 'unhealthy'],
    [{ unhealthyReason: 'set by the operator' }, 'unhealthy'],
  ] as const)('%o may not be read: %s', (change, reason) => {
    expect(whyNotRead({ ...GOOD, ...change })).toBe(reason)
  })
})

describe('whyNotWrite', () => {
  test('a healthy backend with writes on takes a block of any size', () => {
    expect(whyNotWrite(GOOD, 2 ** 30, NOW)).toBeUndefined()
  })

  test('reads that are off do not forbid writes', () => {
    expect(whyNotWrite({ ...GOOD, read: false }, 1, NOW)).toBeUndefined()
  })

  test.each([
    [{ write: false }, 'writes are off'],
    [{ unhealthyReason: 'store changed' }, 'unhealthy'],
    [{ writeBreaker: OPEN }, 'breaker open'],
    [{ draining: true }, 'draining'],
    [{ traits: { durability: 'none', maxBlockBytes: 9 } }, 'block too large'],
    [{ capacityBytes: 9 }, 'over capacity'],
    [{ capacityBytes: 20, usedBytes: 11 }, 'over capacity'],
    [{ capacityBytes: 20, reservedBytes: 11 }, 'over capacity'],
  ] as const)('%o may not take 10 bytes: %s', (change, reason) => {
    expect(whyNotWrite({ ...GOOD, ...change }, 10, NOW)).toBe(reason)
  })

  test('limits are inclusive', () => {
    const limited = {
      ...GOOD,
      traits: { durability: 'none', maxBlockBytes: 10 },
      capacityBytes: 30,
      usedBytes: 10,
      reservedBytes: 10,
    } as const
    expect(whyNotWrite(limited, 10, NOW)).toBeUndefined()
    expect(whyNotWrite(limited, 11, NOW)).toBe('block too large')
  })
})

describe('isLastResort', () => {
  test.each([
    [{}, false],
    [{ readBreaker: OPEN }, true],
    [{ writeBreaker: OPEN }, false],
    [{ unhealthyReason: 'probe failed' }, true],
  ] as const)('%o: %s', (change, expected) => {
    expect(isLastResort({ ...GOOD, ...change }, NOW)).toBe(expected)
  })

  test('not when the breaker may be probed', () => {
    expect(isLastResort({ ...GOOD, readBreaker: OPEN }, NOW + 1)).toBe(false)
  })
})

test('a backend serves while it is in service and both breakers let calls through', () => {
  expect(serves(GOOD, NOW)).toBe(true)
  expect(serves({ ...GOOD, readBreaker: OPEN }, NOW)).toBe(false)
  expect(serves({ ...GOOD, writeBreaker: OPEN }, NOW)).toBe(false)
  expect(serves({ ...GOOD, unhealthyReason: 'probe failed' }, NOW)).toBe(false)
})
