import { describe, expect, test } from 'vitest'
import { type Turn, Turns } from '../../src/pool/turns.ts'
import { flush } from '../support/clock.ts'

function turn(turnKey: number, log: string[] = [], name = ''): Turn {
  return { turnKey, run: () => log.push(name) }
}

describe('Turns', () => {
  test('the first change of a block runs at once, the next when it has left', async () => {
    const turns = new Turns()
    const log: string[] = []
    const [a, b, c] = ['a', 'b', 'c'].map((name) => turn(1, log, name)) as [Turn, Turn, Turn]
    for (const one of [a, b, c]) turns.enter(one)
    expect(log).toEqual(['a'])
    turns.leave(a)
    await flush()
    expect(log).toEqual(['a', 'b'])
    turns.leave(b)
    await flush()
    expect(log).toEqual(['a', 'b', 'c'])
    turns.leave(c)
    expect(turns.size).toBe(0)
  })

  test('changes of other blocks do not wait', () => {
    const turns = new Turns()
    const log: string[] = []
    turns.enter(turn(1, log, 'a'))
    turns.enter(turn(2, log, 'b'))
    expect(log).toEqual(['a', 'b'])
    expect(turns.size).toBe(2)
  })

  test('a change that withdraws while it waits never runs', async () => {
    const turns = new Turns()
    const log: string[] = []
    const [a, b, c] = ['a', 'b', 'c'].map((name) => turn(1, log, name)) as [Turn, Turn, Turn]
    for (const one of [a, b, c]) turns.enter(one)
    expect(turns.withdraw(b)).toBe(true)
    expect(turns.withdraw(a)).toBe(false)
    turns.leave(a)
    await flush()
    expect(log).toEqual(['a', 'c'])
  })

  test('leaving twice, or out of turn, changes nothing', async () => {
    const turns = new Turns()
    const log: string[] = []
    const [a, b] = ['a', 'b'].map((name) => turn(1, log, name)) as [Turn, Turn]
    turns.enter(a)
    turns.enter(b)
    turns.leave(b)
    turns.leave(a)
    turns.leave(a)
    await flush()
    expect(log).toEqual(['a', 'b'])
    expect(turns.newest(1)).toBe(b)
  })

  test('the newest is the one that came last and has not ended', () => {
    const turns = new Turns()
    const [a, b] = [turn(1), turn(1)]
    expect(turns.newest(1)).toBeUndefined()
    turns.enter(a)
    turns.enter(b)
    expect(turns.newest(1)).toBe(b)
    turns.withdraw(b)
    expect(turns.newest(1)).toBe(a)
  })
})

describe('changedSince', () => {
  function finish(turns: Turns, turnKey: number): void {
    const one = turn(turnKey)
    turns.enter(one)
    turns.leave(one)
  }

  test('is true while a change is under way and after it has ended', () => {
    const turns = new Turns()
    const mark = turns.mark
    expect(turns.changedSince(1, mark)).toBe(false)
    const one = turn(1)
    turns.enter(one)
    expect(turns.changedSince(1, mark)).toBe(true)
    turns.leave(one)
    expect(turns.changedSince(1, mark)).toBe(true)
    expect(turns.changedSince(1, turns.mark)).toBe(false)
  })

  test('is false when only other blocks have changed', () => {
    const turns = new Turns()
    const mark = turns.mark
    for (let i = 0; i < 1_000; i++) finish(turns, 2)
    expect(turns.changedSince(1, mark)).toBe(false)
  })

  test('is true when too much has changed to tell, and never false for a block that has', () => {
    const turns = new Turns()
    const mark = turns.mark
    finish(turns, 1)
    for (let i = 0; i < 5_000; i++) {
      finish(turns, 2)
      if (!turns.changedSince(1, mark)) throw new Error(`forgotten after ${i + 1} changes`)
    }
    expect(turns.changedSince(3, mark)).toBe(true)
  })
})
