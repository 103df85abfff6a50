import { describe, expect, test } from 'vitest'
import { admits, type Breaker, type BreakerEvent, CLOSED, step } from '../../src/plan/health.ts'

const success: BreakerEvent = { type: 'success' }
const fault = (now = 0, random = 0xffffffff): BreakerEvent => ({ type: 'fault', now, random })
const after = (events: readonly BreakerEvent[], from: Breaker = CLOSED): Breaker => events.reduce(step, from)
const times = <T>(count: number, value: T): T[] => Array.from({ length: count }, () => value)

function halfOpen(): Breaker {
  const open = after(times(5, fault()))
  return step(open, { type: 'admitted', now: 2_000 })
}

describe('closed', () => {
  test('lets calls through, and a success after successes keeps the very value', () => {
    expect(admits(CLOSED, 0)).toBe(true)
    expect(step(CLOSED, success)).toBe(CLOSED)
  })

  test('opens at the fifth fault in a row, not at the fourth', () => {
    expect(after(times(4, fault())).state).toBe('closed')
    expect(after(times(5, fault())).state).toBe('open')
  })

  test('a success in between starts the row anew', () => {
    expect(after([...times(4, fault()), success, ...times(4, fault())]).state).toBe('closed')
  })

  test('opens at half of the last 20 calls', () => {
    const alternating = times(9, [fault(), success]).flat()
    expect(after(alternating).state).toBe('closed')
    expect(after([...alternating, fault()]).state).toBe('open')
  })

  test('faults that are more than 20 calls ago do not count', () => {
    const old = [...times(4, fault()), success, ...times(4, fault())]
    expect(after([...old, ...times(20, success), ...times(4, fault())]).state).toBe('closed')
  })

  test('what was withdrawn is no verdict', () => {
    expect(after(times(10, { type: 'withdrawn' }))).toBe(CLOSED)
  })
})

describe('open', () => {
  test('lets nothing through until its time, and then a probe', () => {
    const open = after(times(5, fault(1_000)))
    expect(admits(open, 1_000)).toBe(false)
    expect(admits(open, 2_000)).toBe(true)
    expect(step(open, { type: 'admitted', now: 2_000 })).toMatchObject({ state: 'half-open', probing: true })
  })

  test('lets a probe through at once when the backend is back, and remembers how many have failed', () => {
    const open: Breaker = { state: 'open', until: 60_000, failedProbes: 6 }
    const due = step(open, { type: 'back', now: 2_000 })
    expect(admits(due, 2_000)).toBe(true)
    expect(step(due, { type: 'admitted', now: 2_000 })).toMatchObject({ state: 'half-open', failedProbes: 6 })
    expect(step({ ...open, until: 1_000 }, { type: 'back', now: 2_000 })).toMatchObject({ until: 1_000 })
  })

  test('stays open for a random part of 1 s, doubled by each failed probe up to 60 s', () => {
    const full: number[] = []
    let breaker = after(times(5, fault(0)))
    for (let k = 0; k < 9; k++) {
      full.push(Math.round((breaker as { until: number }).until))
      breaker = step({ state: 'half-open', probing: true, successes: 0, failedProbes: k }, fault(0))
    }
    expect(full).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000])
    expect(after(times(5, fault(0, 0x8000_0000)))).toMatchObject({ until: 500 })
  })

  test('late answers of calls that were made before change nothing', () => {
    const open = after(times(5, fault()))
    expect(step(open, success)).toBe(open)
    expect(step(open, fault())).toBe(open)
  })
})

describe('half-open', () => {
  test('lets exactly one probe through at a time', () => {
    const probing = halfOpen()
    expect(admits(probing, 9_999)).toBe(false)
    expect(admits(step(probing, success), 9_999)).toBe(true)
  })

  test('closes after two successes', () => {
    const once = step(halfOpen(), success)
    expect(once.state).toBe('half-open')
    expect(after([{ type: 'admitted', now: 3_000 }, success], once)).toBe(CLOSED)
  })

  test('one fault opens it again, for longer', () => {
    expect(step(halfOpen(), fault(10_000))).toEqual({
      state: 'open',
      until: expect.closeTo(12_000, 0),
      failedProbes: 1,
    })
  })

  test('a probe that is withdrawn leaves room for another', () => {
    expect(admits(step(halfOpen(), { type: 'withdrawn' }), 9_999)).toBe(true)
  })
})
