import { describe, expect, test } from 'vitest'
import { systemClock } from '../src/index.ts'

describe('systemClock', () => {
  test('runs a task once after its delay', async () => {
    const before = systemClock.now()
    await new Promise<void>((resolve) => systemClock.schedule(20, resolve))
    expect(systemClock.now() - before).toBeGreaterThanOrEqual(18)
  })

  test('does not run a task that was cancelled', async () => {
    let ran = false
    const cancel = systemClock.schedule(1, () => {
      ran = true
    })
    cancel()
    await new Promise<void>((resolve) => systemClock.schedule(20, resolve))
    expect(ran).toBe(false)
  })

  test('only a background task lets the process end', () => {
    const timers = (): number => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length
    const before = timers()
    const cancelBackground = systemClock.schedule(60_000, () => {}, { background: true })
    expect(timers()).toBe(before)
    const cancel = systemClock.schedule(60_000, () => {})
    expect(timers()).toBe(before + 1)
    cancel()
    cancelBackground()
  })

  test('wall time is that of people', () => {
    expect(Math.abs(systemClock.wallTime() - Date.now())).toBeLessThan(1_000)
  })
})
