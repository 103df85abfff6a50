import { describe, expect, test } from 'vitest'
import { keysWith } from '../src/keys.ts'
import { slotOf } from '../src/slot.ts'
import { blockOf } from './support/blocks.ts'

describe('keys', () => {
  test('lead back to their block, and others to none', async () => {
    const keys = keysWith('a:', false)
    const { cid } = await blockOf('keyed')
    expect(String(keys.cidOf(keys.block(cid)))).toBe(String(cid))
    for (const key of [
      keys.note,
      ...keys.markers,
      `b:${keys.block(cid)}`,
      'a:',
      'a:x',
      keys.block(cid).slice(2),
    ]) {
      expect(keys.cidOf(key), key).toBeUndefined()
    }
  })

  test('are matched by a pattern that takes the prefix as it is', () => {
    expect(keysWith('a*b?[c]\\', false).pattern).toBe('a\\*b\\?\\[c\\]\\\\*')
  })

  test('of a cluster mark every share of 256 slots', () => {
    const slots = keysWith('blockpool:', true).markers.map(slotOf)
    expect(new Set(slots.map((slot) => Math.floor(slot / 256))).size).toBe(64)
  })

  test('with a hash tag have one marker, where all keys are', () => {
    expect(keysWith('{tag}:', true).markers.length).toBe(1)
    expect(keysWith('plain:', false).markers.length).toBe(1)
  })
})
