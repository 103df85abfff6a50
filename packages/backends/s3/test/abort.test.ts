import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { abortable, cutLater, cutOnAbort } from '../src/abort.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const reason = new Error('enough')
/** Ends when its signal aborts, as a request does. */
const hanging = (signal: AbortSignal | undefined) =>
  new Promise<never>((_, reject) => signal?.addEventListener('abort', () => reject(new Error('cut'))))

test('a request that is cut on abort ends at once, with the reason', async () => {
  const controller = new AbortController()
  const ending = cutOnAbort(controller.signal, hanging)
  controller.abort(reason)
  await expect(ending).rejects.toBe(reason)
})

test('a request that is cut later gets 5 s to come to its own end', async () => {
  const controller = new AbortController()
  let cut = false
  const ending = cutLater(controller.signal, hanging).catch(() => {
    cut = true
  })
  controller.abort(reason)
  await vi.advanceTimersByTimeAsync(4_900)
  expect(cut).toBe(false)
  await vi.advanceTimersByTimeAsync(200)
  expect(cut).toBe(true)
  await ending
})

test('a request that ends in that time is not cut, and leaves no timer', async () => {
  const controller = new AbortController()
  let end = (_: string): void => {}
  const ending = cutLater(controller.signal, () => new Promise<string>((resolve) => (end = resolve)))
  controller.abort(reason)
  end('stored')
  expect(await ending).toBe('stored')
  expect(vi.getTimerCount()).toBe(0)
})

test('what is aborted before is not sent', async () => {
  const send = vi.fn(async () => {})
  await expect(cutOnAbort(AbortSignal.abort(reason), send)).rejects.toBe(reason)
  await expect(cutLater(AbortSignal.abort(reason), send)).rejects.toBe(reason)
  expect(send).not.toHaveBeenCalled()
})

test('who waits is let go at once, and the work goes on', async () => {
  const controller = new AbortController()
  let end = (): void => {}
  const work = new Promise<void>((resolve) => (end = resolve))
  const waiting = abortable(work, controller.signal)
  controller.abort(reason)
  await expect(waiting).rejects.toBe(reason)
  end()
  await expect(work).resolves.toBeUndefined()
})
