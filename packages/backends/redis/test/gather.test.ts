import { errorCode, PoolError } from '@blockpool/core'
import { describe, expect, test } from 'vitest'
import { Gatherer, type Request } from '../src/gather.ts'

const put = (key: string, size = 1): Request => ({ verb: 'put', key, size })
const remove = (key: string): Request => ({ verb: 'delete', key, size: 0 })
const names = (batch: readonly Request[]): string[] => batch.map(({ verb, key }) => `${verb} ${key}`)
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** A client that answers when the test says so. */
function scripted({ writes = true, mostInFlight = 4, shares = false, limitMs = 1_000 } = {}) {
  const flights: {
    readonly batch: readonly Request[]
    answer(answers?: unknown[]): void
    fail(error: unknown): void
  }[] = []
  const gatherer = new Gatherer<Request, unknown>({
    writes,
    mostInFlight,
    shares,
    limitMs,
    name: 'test',
    send: (batch) => {
      const { promise, resolve, reject } = Promise.withResolvers<readonly unknown[]>()
      flights.push({ batch, answer: (answers) => resolve(answers ?? batch.map(() => 'done')), fail: reject })
      return promise
    },
  })
  return { gatherer, flights, sent: () => flights.map(({ batch }) => names(batch)) }
}

describe('what is gathered', () => {
  test('in one turn goes in one batch, and each gets its own answer', async () => {
    const { gatherer, flights, sent } = scripted()
    const calls = ['a', 'b', 'c'].map((key) => gatherer.add(put(key), undefined))
    await turn()
    expect(sent()).toEqual([['put a', 'put b', 'put c']])
    const failure = new PoolError('ERR_FULL', 'full')
    flights[0]?.answer([1, failure, 3])
    const ends = await Promise.allSettled(calls)
    expect(ends.map((end) => (end.status === 'fulfilled' ? end.value : end.reason))).toEqual([1, failure, 3])
  })

  test('from callers that are differently many awaits away goes in one batch', async () => {
    const { gatherer, sent } = scripted()
    const caller = async (hops: number): Promise<void> => {
      for (let i = 0; i < hops; i++) await undefined
      void gatherer.add(put(String(hops)), undefined).catch(() => {})
    }
    await Promise.all(Array.from({ length: 20 }, (_, hops) => caller(hops)))
    await turn()
    expect(sent().map((batch) => batch.length)).toEqual([20])
  })

  test('is at most 256 requests or 4 MiB in one batch, or one larger block', async () => {
    const { gatherer, sent } = scripted({ mostInFlight: 10 })
    for (let i = 0; i < 300; i++) void gatherer.add(put(String(i)), undefined)
    await turn()
    expect(sent().map((batch) => batch.length)).toEqual([256, 44])
    const large = scripted({ mostInFlight: 10 })
    const sizes = [3, 1, 1, 5, 1].map((mebibytes) => mebibytes * 2 ** 20)
    for (const [i, size] of sizes.entries()) void large.gatherer.add(put(String(i), size), undefined)
    await turn()
    expect(large.sent().map((batch) => batch.length)).toEqual([2, 1, 1, 1])
  })

  test('is shared out over the batches that may go, 16 in each at least, where the server need not wait for each', async () => {
    const sizesOf = (batches: readonly (readonly string[])[]): number[] => batches.map(({ length }) => length)
    const { gatherer, flights, sent } = scripted({ shares: true })
    const add = (count: number): void => {
      for (let i = 0; i < count; i++) void gatherer.add(put(`${flights.length} ${i}`), undefined)
    }
    add(32)
    await turn()
    expect(sizesOf(sent())).toEqual([16, 16])
    add(50)
    await turn()
    expect(sizesOf(sent())).toEqual([16, 16, 25, 25])
    add(10)
    flights[0]?.answer()
    await turn()
    await turn()
    expect(sizesOf(sent())).toEqual([16, 16, 25, 25, 10])
    const many = scripted({ shares: true, mostInFlight: 2 })
    for (let i = 0; i < 600; i++) void many.gatherer.add(put(String(i)), undefined)
    await turn()
    expect(sizesOf(many.sent())).toEqual([256, 256])
  })

  test('waits while as many batches as may be are on their way, and goes then', async () => {
    const { gatherer, flights, sent } = scripted({ mostInFlight: 1 })
    void gatherer.add(put('a'), undefined)
    await turn()
    for (const key of ['b', 'c']) void gatherer.add(put(key), undefined)
    await turn()
    expect(sent()).toEqual([['put a']])
    flights[0]?.answer()
    await turn()
    await turn()
    expect(sent()).toEqual([['put a'], ['put b', 'put c']])
  })

  test('that fails together rejects each', async () => {
    const { gatherer, flights } = scripted()
    const calls = ['a', 'b'].map((key) => gatherer.add(put(key), undefined))
    await turn()
    flights[0]?.fail('lost')
    expect((await Promise.allSettled(calls)).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  })

  test('beyond all measure is refused', async () => {
    const { gatherer } = scripted({ mostInFlight: 0 })
    void gatherer.add(put('a', 256 * 2 ** 20), undefined).catch(() => {})
    const refused = await gatherer.add(put('b'), undefined).catch((error: unknown) => error)
    expect(errorCode(refused)).toBe('ERR_OVERLOADED')
  })
})

describe('writes of one key', () => {
  test('of two kinds never share a batch, and follow each other', async () => {
    const { gatherer, flights, sent } = scripted()
    for (const request of [put('a'), put('b'), remove('a'), put('a')]) void gatherer.add(request, undefined)
    await turn()
    expect(sent()).toEqual([['put a', 'put b']])
    flights[0]?.answer()
    await turn()
    await turn()
    expect(sent().at(-1)).toEqual(['delete a'])
    flights[1]?.answer()
    await turn()
    await turn()
    expect(sent().at(-1)).toEqual(['put a'])
  })

  test('wait for one that nobody waits for any more', async () => {
    const { gatherer, flights, sent } = scripted()
    const controller = new AbortController()
    const aborted = gatherer.add(put('a'), controller)
    await turn()
    controller.abort('stop')
    await expect(aborted).rejects.toBe('stop')
    void gatherer.add(remove('a'), undefined)
    await turn()
    expect(sent()).toEqual([['put a']])
    flights[0]?.answer()
    await turn()
    await turn()
    expect(sent()).toEqual([['put a'], ['delete a']])
  })

  test('of one kind share a batch; reads never wait for each other', async () => {
    const same = scripted()
    for (let i = 0; i < 3; i++) void same.gatherer.add(put('a'), undefined)
    await turn()
    expect(same.sent()).toEqual([['put a', 'put a', 'put a']])
    const reads = scripted({ writes: false })
    for (const verb of ['get', 'has']) void reads.gatherer.add({ verb, key: 'a', size: 0 }, undefined)
    await turn()
    expect(reads.sent()).toEqual([['get a', 'has a']])
  })
})

describe('a request', () => {
  test('that is aborted before it is sent is taken out', async () => {
    const { gatherer, sent } = scripted()
    const controller = new AbortController()
    const aborted = gatherer.add(put('a'), controller)
    void gatherer.add(put('b'), undefined)
    controller.abort('stop')
    await expect(aborted).rejects.toBe('stop')
    expect(sent()).toEqual([['put b']])
  })

  test('that waits for long hears its signal', async () => {
    const { gatherer } = scripted({ mostInFlight: 0 })
    const controller = new AbortController()
    const waiting = gatherer.add(put('a'), controller)
    await turn()
    controller.abort('stop')
    await expect(waiting).rejects.toBe('stop')
    await gatherer.drained()
  })

  test.each([
    ['a write that was sent', { writes: true, mostInFlight: 1 }, true],
    ['a write that was not', { writes: true, mostInFlight: 0 }, false],
    ['a read', { writes: false, mostInFlight: 1 }, false],
  ])('without an answer in time is rejected: %s', async (_, how, unsettled) => {
    const { gatherer } = scripted({ ...how, limitMs: 30 })
    const rejected = gatherer.add(put('a'), undefined)
    await expect(rejected).rejects.toMatchObject({ code: 'ERR_TIMEOUT', retryable: true, unsettled })
  })
})

test('drained waits for what is on its way', async () => {
  const { gatherer, flights } = scripted()
  void gatherer.add(put('a'), undefined)
  let drained = false
  const waiting = gatherer.drained().then(() => (drained = true))
  await turn()
  expect(drained).toBe(false)
  flights[0]?.answer()
  await waiting
})
