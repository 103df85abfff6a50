import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { durabilityOf, measuredDurability } from '../src/durability.ts'

describe('durability', () => {
  it.each([
    ['wal', 0, 'process'],
    ['wal', 1, 'process'],
    ['wal', 2, 'power'],
    ['wal', 3, 'power'],
    ['delete', 2, 'process'],
    ['delete', 3, 'power'],
    ['memory', 3, 'none'],
    ['off', 3, 'none'],
  ] as const)('of journal mode %s with synchronous %i is %s', (journalMode, synchronous, expected) => {
    expect(durabilityOf(journalMode, synchronous)).toBe(expected)
  })

  it('of a database in memory is none', () => {
    const database = new Database(':memory:')
    expect(measuredDurability(database)).toBe('none')
    database.close()
  })
})
