import { consistentHash } from '@blockpool/consistent-hash'
import { digestWords } from '@blockpool/core'
import { CID } from 'multiformats/cid'
import type { MultihashDigest } from 'multiformats/hashes/interface'
import { describe, expect, test } from 'vitest'
import { alike, candidates, many, order, read, shares, without, write } from '../../test/candidates.ts'

const blocks = many(100_000)
type Candidates = ReturnType<typeof alike>

/** The first backend of each block. */
function places(among: Candidates): (string | undefined)[] {
  const strategy = consistentHash()
  return blocks.map((block) => strategy.rank(block, among)[0]?.id)
}

/** How many blocks have another first backend, from 0 to 1, and the backends that they went from and to. */
function moved(before: Candidates, after: Candidates) {
  const [old, now] = [places(before), places(after)]
  const moves = old.map((from, i) => ({ from, to: now[i] })).filter(({ from, to }) => from !== to)
  return {
    share: moves.length / blocks.length,
    from: new Set(moves.map(({ from }) => from)),
    to: new Set(moves.map(({ to }) => to)),
  }
}

describe('consistent-hash', () => {
  test.each([
    [3, 4],
    [5, 6],
  ])(
    'adding a backend (%d to %d) moves what it must, within 10 percent, and only to the new one',
    (few, more) => {
      const { share, to } = moved(alike(few), alike(more))
      expect(share).toBeGreaterThan(0.9 / more)
      expect(share).toBeLessThan(1.1 / more)
      expect([...to]).toEqual([`b${few}`])
    },
  )

  test('removing one of 10 moves its own blocks and no others', () => {
    const { share, from } = moved(alike(10), without(alike(10), 'b4'))
    expect(share).toBeGreaterThan(0.9 / 10)
    expect(share).toBeLessThan(1.1 / 10)
    expect([...from]).toEqual(['b4'])
  })

  test('the blocks of a backend that is full or down spread over all others evenly', () => {
    const old = places(alike(5))
    const orphans = blocks.filter((_, i) => old[i] === 'b2')
    const share = shares(consistentHash(), orphans, without(alike(5), 'b2'))
    for (const part of Object.values(share)) expect(part).toBeCloseTo(1 / 4, 1)
  })

  test('removing one of weighted backends keeps the order of the rest', () => {
    const six = alike(6).map((each, i) => ({ ...each, weight: i + 1 }))
    for (const block of blocks.slice(0, 1_000)) {
      const all = order(consistentHash(), block, six)
      expect(order(consistentHash(), block, without(six, 'b3'))).toEqual(all.filter((id) => id !== 'b3'))
    }
  })

  test.each([1, 2, 3])(
    'with %d copies on 7 equal backends each gets a seventh, within 3 percent',
    (copies) => {
      const share = shares(consistentHash(), blocks, alike(7), copies)
      for (const part of Object.values(share)) expect(Math.abs(part * 7 - 1)).toBeLessThan(0.03)
    },
  )

  test('shares are those of the weights, within 3 %', () => {
    const share = shares(
      consistentHash(),
      blocks,
      candidates({ a: { weight: 1 }, b: { weight: 2.5 }, c: { weight: 4 } }),
    )
    expect(Math.abs(Number(share.a) * 7.5 - 1)).toBeLessThan(0.03)
    expect(Math.abs(Number(share.b) * (7.5 / 2.5) - 1)).toBeLessThan(0.03)
    expect(Math.abs(Number(share.c) * (7.5 / 4) - 1)).toBeLessThan(0.03)
  })

  test('a higher weight moves blocks to its backend only, as many as it must within 10 %', () => {
    const { share, to } = moved(
      candidates({ a: {}, b: {}, c: {}, d: {} }),
      candidates({ a: {}, b: { weight: 2 }, c: {}, d: {} }),
    )
    const least = 2 / 5 - 1 / 4
    expect([...to]).toEqual(['b'])
    expect(share).toBeGreaterThan(0.9 * least)
    expect(share).toBeLessThan(1.1 * least)
  })

  test('a lower weight moves blocks from its backend only', () => {
    const weights = { a: { weight: 3 }, b: { weight: 3 }, c: { weight: 3 } }
    const { from } = moved(candidates(weights), candidates({ ...weights, b: { weight: 1 } }))
    expect([...from]).toEqual(['b'])
  })

  test('weights count by their ratio', () => {
    const [light, heavy] = [1e-3, 1e6].map((unit) =>
      candidates({ a: { weight: unit }, b: { weight: unit * 3 } }),
    )
    for (const block of blocks.slice(0, 1_000)) {
      expect(order(consistentHash(), block, light ?? [])).toEqual(order(consistentHash(), block, heavy ?? []))
    }
  })

  test('weights that are equal order as weights that hardly differ', () => {
    const nearly = candidates({ a: {}, b: { weight: 1 + 1e-12 }, c: {}, d: {} })
    for (const block of blocks.slice(0, 1_000)) {
      const equal = order(consistentHash(), block, candidates({ a: {}, b: {}, c: {}, d: {} }))
      expect(order(consistentHash(), block, nearly)).toEqual(equal)
    }
  })

  test('priority, load, size, turn and random change nothing', () => {
    const among = candidates({ a: { priority: 1 }, b: { usedBytes: 1e9, inFlight: 9 }, c: { priority: 500 } })
    for (const block of blocks.slice(0, 1_000)) {
      const expected = order(consistentHash(), block, candidates({ a: {}, b: {}, c: {} }))
      expect(order(consistentHash(), { ...block, size: 5, turn: 3, random: 77 }, among)).toEqual(expected)
    }
  })

  test('a read finds the block where the write put it', () => {
    for (const block of blocks.slice(0, 1_000)) {
      const asRead = { ...block, op: 'read' as const, size: undefined }
      expect(order(consistentHash(), asRead, alike(5))).toEqual(order(consistentHash(), block, alike(5)))
    }
  })

  test('all codecs and CID versions of one hash go together', () => {
    for (const { cid } of blocks.slice(0, 200)) {
      const names = [
        CID.createV0(cid.multihash as MultihashDigest<0x12>),
        CID.createV1(0x70, cid.multihash),
        CID.createV1(0x71, cid.multihash),
      ]
      const orders = names.map((name) =>
        order(consistentHash(), write({ cid: name, digest: digestWords(name) }), alike(9)).join(),
      )
      expect(new Set(orders).size).toBe(1)
    }
  })

  test('the order of known blocks is the same in every process and version', () => {
    const among = candidates({ hot: {}, warm: { weight: 2 }, 'blåbær/🫐': {}, cold: { weight: 0.5 } })
    const known = blocks.slice(0, 6).map((block) => order(consistentHash(), block, among).join(' '))
    expect(known).toEqual([
      'blåbær/🫐 warm hot cold',
      'cold warm blåbær/🫐 hot',
      'cold warm blåbær/🫐 hot',
      'warm blåbær/🫐 hot cold',
      'blåbær/🫐 warm cold hot',
      'hot warm blåbær/🫐 cold',
    ])
  })

  test('what an instance was asked before does not matter, nor how often ids come and go', () => {
    const used = consistentHash()
    for (let i = 0; i < 25_000; i++) order(used, read(), candidates({ [`old${i}`]: {}, b1: {} }))
    for (const block of blocks.slice(0, 200)) {
      expect(order(used, block, alike(6))).toEqual(order(consistentHash(), block, alike(6)))
    }
  })

  test('ids that differ in one letter, their length or their order of letters are apart', () => {
    const ids = ['a', 'b', 'aa', 'ab', 'ba', 'aaa', 'a\u0000', '\u0000a']
    const share = shares(consistentHash(), blocks, candidates(Object.fromEntries(ids.map((id) => [id, {}]))))
    for (const part of Object.values(share)) expect(Math.abs(part * ids.length - 1)).toBeLessThan(0.04)
  })
})
