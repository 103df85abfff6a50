import { expect, test } from 'vitest'
import { VirtualClock } from '../src/index.ts'

test('tasks run when they are due, in the order in which they were scheduled', () => {
  const clock = new VirtualClock()
  const ran: string[] = []
  clock.schedule(20, () => ran.push('late'))
  clock.schedule(10, () => ran.push('first'))
  clock.schedule(10, () => ran.push('second'))
  expect(clock.next).toBe(10)
  clock.runUntil(10)
  expect(ran).toEqual(['first', 'second'])
  clock.runUntil(30)
  expect(ran).toEqual(['first', 'second', 'late'])
  expect(clock.now()).toBe(30)
})

test('a cancelled task does not run', () => {
  const clock = new VirtualClock()
  let ran = false
  const cancel = clock.schedule(10, () => {
    ran = true
  })
  cancel()
  clock.runUntil(100)
  expect(ran).toBe(false)
  expect(clock.next).toBeUndefined()
})

test('after a leap what was due meanwhile runs late', () => {
  const clock = new VirtualClock()
  let at = 0
  clock.schedule(10, () => {
    at = clock.now()
  })
  clock.leap(1_000)
  clock.runUntil(clock.next ?? 0)
  expect(at).toBe(1_000)
})

test('setting the wall clock does not move the monotonic one', () => {
  const clock = new VirtualClock()
  const before = clock.wallTime()
  clock.setWall(-3_600_000)
  expect(clock.wallTime()).toBe(before - 3_600_000)
  expect(clock.now()).toBe(0)
})

test('the tasks of a dead view do not run, and those of others do', () => {
  const clock = new VirtualClock()
  const [dead, alive] = [clock.view(), clock.view()]
  const ran: string[] = []
  dead.schedule(10, () => ran.push('dead'))
  alive.schedule(10, () => ran.push('alive'))
  dead.kill()
  expect(alive.pending).toBe(1)
  clock.runUntil(10)
  expect(ran).toEqual(['alive'])
  expect(alive.pending).toBe(0)
})
