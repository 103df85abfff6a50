import { expect, test } from 'vitest'
import { Waiters } from '../../src/pool/waiters.ts'
import { flush } from '../support/clock.ts'
import { rejection, watched } from '../support/pool.ts'

test('all callers get one result', async () => {
  const waiters = new Waiters<number>()
  const joined = [waiters.join(undefined), waiters.join(undefined)]
  waiters.resolve(7)
  expect(await Promise.all(joined)).toEqual([7, 7])
})

test('only those whose signal has aborted are reaped, and the last one is told', async () => {
  const waiters = new Waiters<number>()
  const [one, two] = [new AbortController(), new AbortController()]
  const first = rejection(waiters.join(one.signal))
  const second = waiters.join(two.signal)
  expect(waiters.reap()).toBe(false)
  one.abort(new Error('one'))
  expect(waiters.reap()).toBe(false)
  expect(await first).toBe(one.signal.reason)
  const state = watched(second)
  await flush()
  expect(state.settled).toBe(false)
  two.abort()
  expect(waiters.reap()).toBe(true)
  expect(await rejection(second)).toBe(two.signal.reason)
  expect(waiters.reap()).toBe(false)
})

test('a caller without a signal keeps the operation alive', async () => {
  const waiters = new Waiters<number>()
  const controller = new AbortController()
  const patient = waiters.join(undefined)
  void waiters.join(controller.signal).catch(() => {})
  expect(waiters.hasSignals).toBe(true)
  controller.abort()
  expect(waiters.reap()).toBe(false)
  waiters.resolve(7)
  expect(await patient).toBe(7)
})

test('a result that comes after the last caller has given up is dropped', async () => {
  const waiters = new Waiters<number>()
  waiters.reject(new Error('nobody hears'))
  waiters.resolve(1)
  const late = watched(waiters.join(undefined))
  await flush()
  expect(late.settled).toBe(false)
})
