import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { inOrder } from '../src/in-order.ts'
import { all, errorOf } from './support/collect.ts'

test('tasks run side by side, at most the limit, and results come in the order of the inputs', async () => {
  let running = 0
  let most = 0
  const task = async (n: number): Promise<number> => {
    most = Math.max(most, ++running)
    await sleep(10 - n)
    running--
    return n * 2
  }
  expect(await all(inOrder([1, 2, 3, 4, 5, 6, 7, 8, 9], task, 3))).toEqual([2, 4, 6, 8, 10, 12, 14, 16, 18])
  expect(most).toBe(3)
})

test('a result is there although the source pauses', async () => {
  const paused = Promise.withResolvers<void>()
  const source = async function* (): AsyncGenerator<number> {
    yield 1
    await paused.promise
    yield 2
  }
  const results = inOrder(source(), async (n) => n, 8)
  expect(await results.next()).toEqual({ done: false, value: 1 })
  paused.resolve()
  expect(await all(results)).toEqual([2])
})

test('the first failure comes after the results before it, and waits for what is under way', async () => {
  const ended: number[] = []
  const task = async (n: number): Promise<number> => {
    if (n === 2) throw new Error('two')
    await sleep(5)
    ended.push(n)
    return n
  }
  const results = inOrder([1, 2, 3, 4], task, 4)
  expect((await results.next()).value).toBe(1)
  expect(await errorOf(() => results.next())).toMatchObject({ message: 'two' })
  expect(ended).toEqual([1, 3, 4])
})

test('a source that throws fails it after the results before', async () => {
  const broken = new Error('the source is broken')
  const source = function* (): Generator<number> {
    yield 1
    throw broken
  }
  const results = inOrder(source(), async (n) => n, 4)
  expect((await results.next()).value).toBe(1)
  expect(await errorOf(() => results.next())).toBe(broken)
})

test('whoever leaves early ends the source, and is not held by one that hangs', async () => {
  let ended = false
  const source = async function* (): AsyncGenerator<number> {
    try {
      for (let i = 0; ; i++) yield i
    } finally {
      ended = true
    }
  }
  for await (const _result of inOrder(source(), async (n) => n, 2)) break
  await sleep(0)
  expect(ended).toBe(true)

  const hanging = async function* (): AsyncGenerator<number> {
    yield 1
    await new Promise(() => {})
  }
  for await (const _result of inOrder(hanging(), async (n) => n, 2)) break
})
