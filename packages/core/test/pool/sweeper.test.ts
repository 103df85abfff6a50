import { describe, expect, test } from 'vitest'
import { SWEEP_MS, Sweeper, type Watched } from '../../src/pool/sweeper.ts'
import { ManualClock } from '../support/clock.ts'

interface Item extends Watched {
  readonly swept: number[]
}

function item(onSweep: (self: Item) => void = () => {}): Item {
  const self: Item = {
    watchIndex: -1,
    swept: [],
    sweep(now) {
      self.swept.push(now)
      onSweep(self)
    },
  }
  return self
}

function scene(): { clock: ManualClock; sweeper: Sweeper } {
  const clock = new ManualClock()
  return { clock, sweeper: new Sweeper(clock) }
}

describe('Sweeper', () => {
  test('sweeps what is watched twice in 50 ms, and not what was released', async () => {
    const { clock, sweeper } = scene()
    const [kept, released] = [item(), item()]
    sweeper.watch(kept)
    sweeper.watch(released)
    await clock.advance(50)
    sweeper.release(released)
    await clock.advance(50)
    expect(kept.swept.length).toBe(4)
    expect(released.swept.length).toBe(2)
    expect(released.watchIndex).toBe(-1)
  })

  test('has no timer when nothing was watched for an interval', async () => {
    const { clock, sweeper } = scene()
    expect(clock.scheduled).toBe(0)
    const one = item()
    sweeper.watch(one)
    sweeper.release(one)
    await clock.advance(2 * SWEEP_MS)
    expect(clock.scheduled).toBe(0)
  })

  test('has one timer, also when a sweep makes something new to watch', async () => {
    const { clock, sweeper } = scene()
    const first = item((self) => {
      sweeper.release(self)
      sweeper.watch(self)
    })
    sweeper.watch(first)
    await clock.advance(20 * SWEEP_MS)
    expect(clock.scheduled).toBe(1)
    expect(first.swept.length).toBe(20)
  })

  test('sweeps what is left of the list when items go away during a sweep', async () => {
    const { clock, sweeper } = scene()
    const items: Item[] = []
    for (let i = 0; i < 6; i++) items.push(item(() => sweeper.release(items[(i + 3) % 6] as Item)))
    for (const one of items) sweeper.watch(one)
    await clock.advance(SWEEP_MS)
    expect(items.map(({ swept }) => swept.length)).toEqual([1, 1, 1, 0, 0, 0])
    await clock.advance(SWEEP_MS)
    expect(items.map(({ swept }) => swept.length)).toEqual([2, 2, 2, 0, 0, 0])
  })

  test('keeps places right through many releases in any order', async () => {
    const { clock, sweeper } = scene()
    const items = Array.from({ length: 50 }, () => item())
    for (const one of items) sweeper.watch(one)
    for (let i = 0; i < 50; i += 3) sweeper.release(items[(i * 7) % 50] as Item)
    await clock.advance(SWEEP_MS)
    for (const one of items) expect(one.swept.length).toBe(one.watchIndex < 0 ? 0 : 1)
  })

  test('sets deadlines that are never early and at most 50 ms late', async () => {
    const { clock, sweeper } = scene()
    sweeper.watch(item())
    for (const startAfter of [0, 3, 20, 24, 7]) {
      await clock.advance(startAfter)
      const started = clock.now()
      const deadline = sweeper.deadline(100)
      let ended = 0
      const one = item((self) => {
        if (clock.now() < deadline) return
        ended = clock.now()
        sweeper.release(self)
      })
      sweeper.watch(one)
      await clock.advance(200)
      expect(ended - started).toBeGreaterThanOrEqual(100)
      expect(ended - started).toBeLessThanOrEqual(150)
    }
  })

  test('ends what is still watched when it stops, and leaves no timer', () => {
    const { clock, sweeper } = scene()
    const one = item((self) => sweeper.release(self))
    sweeper.watch(one)
    sweeper.stop()
    expect(one.swept).toEqual([Number.POSITIVE_INFINITY])
    expect(clock.scheduled).toBe(0)
    sweeper.start()
    sweeper.watch(one)
    expect(clock.scheduled).toBe(1)
  })

  test('ends at once what is watched after it has stopped', async () => {
    const { clock, sweeper } = scene()
    sweeper.stop()
    const one = item((self) => sweeper.release(self))
    sweeper.watch(one)
    await Promise.resolve()
    expect(one.swept).toEqual([Number.POSITIVE_INFINITY])
    expect(clock.scheduled).toBe(0)
  })
})
