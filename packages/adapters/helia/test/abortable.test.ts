import { getEventListeners } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { abortable } from '../src/abortable.ts'
import { errorOf } from './support/collect.ts'

test('rejects with the reason of the signal although the work hangs', async () => {
  const reason = new Error('enough')
  const controller = new AbortController()
  const result = errorOf(() => abortable(new Promise(() => {}), controller.signal))
  controller.abort(reason)
  expect(await result).toBe(reason)
  expect(await errorOf(() => abortable(new Promise(() => {}), controller.signal))).toBe(reason)
})

test('passes on how the work ends, and leaves no listener', async () => {
  const { signal } = new AbortController()
  expect(await abortable(Promise.resolve(1), signal)).toBe(1)
  const error = new Error('failed')
  expect(await errorOf(() => abortable(Promise.reject(error), signal))).toBe(error)
  await sleep(0)
  expect(getEventListeners(signal, 'abort')).toEqual([])
})
