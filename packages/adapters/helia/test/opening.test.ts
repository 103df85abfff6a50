import { expect, test } from 'vitest'
import { Opening } from '../src/opening.ts'
import { errorOf } from './support/collect.ts'

function counting(failures = 0): {
  open(): Promise<void>
  close(): Promise<void>
  opened: number
  closed: number
} {
  return {
    opened: 0,
    closed: 0,
    async open() {
      this.opened++
      if (this.opened <= failures) throw new Error('not yet')
    },
    async close() {
      this.closed++
    },
  }
}

test('the store is opened once, when it is first used', async () => {
  const store = counting()
  const opening = new Opening(store)
  expect(store.opened).toBe(0)
  await Promise.all([opening.ready(), opening.ready(), opening.ready()])
  await opening.ready()
  await opening.open()
  expect(store.opened).toBe(1)
})

test('an opening that failed is tried again', async () => {
  const store = counting(1)
  const opening = new Opening(store)
  expect(await errorOf(() => opening.ready())).toMatchObject({ message: 'not yet' })
  await opening.ready()
  expect(store.opened).toBe(2)
})

test('a caller that aborts ends its own waiting alone', async () => {
  const held = Promise.withResolvers<void>()
  const opening = new Opening({ open: () => held.promise })
  const reason = new Error('enough')
  const controller = new AbortController()
  const [one, other] = [errorOf(() => opening.ready(controller.signal)), opening.ready()]
  controller.abort(reason)
  expect(await one).toBe(reason)
  held.resolve()
  await other
})

test('after close calls are refused and nothing is opened, until open is called', async () => {
  const store = counting()
  const opening = new Opening(store)
  await opening.ready()
  await opening.close()
  expect(await errorOf(() => opening.ready())).toMatchObject({ code: 'ERR_CLOSED' })
  expect(store).toMatchObject({ opened: 1, closed: 1 })
  await opening.open()
  await opening.ready()
  expect(store.opened).toBe(2)
})

test('close waits for an opening that is under way', async () => {
  const held = Promise.withResolvers<void>()
  const events: string[] = []
  const opening = new Opening({
    open: () => held.promise.then(() => void events.push('opened')),
    close: async () => void events.push('closed'),
  })
  const [ready, closed] = [opening.ready(), opening.close()]
  held.resolve()
  await Promise.all([ready, closed])
  expect(events).toEqual(['opened', 'closed'])
  expect(await errorOf(() => opening.ready())).toMatchObject({ code: 'ERR_CLOSED' })
})
