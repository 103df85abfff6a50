import { errorCode } from '@blockpool/core'
import { describe, expect, it } from 'vitest'
import type { Write } from '../src/table.ts'
import { WriteQueue } from '../src/write-queue.ts'

const key = (n: number) => Uint8Array.of(n >> 8, n & 255)
const put = (n: number, size = 1): Write => ({ key: key(n), bytes: new Uint8Array(size) })
const remove = (n: number): Write => ({ key: key(n), bytes: undefined })
const failureOf = (code: string) => Object.assign(new Error(code), { code })

/** A queue whose transactions end as `commit` says. */
function queueOf(commit: (writes: readonly Write[]) => ReadonlyMap<Write, unknown>, busyTimeoutMs = 5_000) {
  const batches: Write[][] = []
  const record = (writes: readonly Write[]) => {
    batches.push([...writes])
    return commit(writes)
  }
  return { batches, queue: new WriteQueue(record, busyTimeoutMs, 'test') }
}

const succeed = () => new Map<Write, unknown>()

function codes(results: readonly PromiseSettledResult<void>[]): unknown[] {
  return results.map((result) => (result.status === 'fulfilled' ? 'ok' : errorCode(result.reason)))
}

describe('write queue', () => {
  it('commits all writes of a turn together, in their order', async () => {
    const { queue, batches } = queueOf(succeed)
    const writes = [put(1), remove(1), put(2), put(1)]
    await Promise.all(writes.map((write) => queue.add(write, undefined)))
    expect(batches.map((batch) => batch.map((write) => [write.key, write.bytes]))).toEqual([
      writes.map((write) => [write.key, write.bytes]),
    ])
  })

  it('gathers writers that are differently many awaits away', async () => {
    const { queue, batches } = queueOf(succeed)
    const writer = async (n: number) => {
      for (let round = 0; round < 10; round++) {
        for (let hop = 0; hop < n; hop++) await undefined
        await queue.add(put(n), undefined)
      }
    }
    await Promise.all(Array.from({ length: 32 }, (_, n) => writer(n)))
    expect(batches.map((batch) => batch.length)).toEqual(new Array(10).fill(32))
  })

  it('puts at most 256 writes into a transaction', async () => {
    const { queue, batches } = queueOf(succeed)
    await Promise.all(Array.from({ length: 1_000 }, (_, n) => queue.add(put(n), undefined)))
    expect(batches.map((batch) => batch.length)).toEqual([256, 256, 256, 232])
  })

  it('puts at most 4 MiB into a transaction, or one larger block', async () => {
    const { queue, batches } = queueOf(succeed)
    const sizes = [1, 2, 1, 1, 5, 4].map((mebibytes) => mebibytes * 2 ** 20)
    await Promise.all(sizes.map((size, n) => queue.add(put(n, size), undefined)))
    expect(batches.map((batch) => batch.length)).toEqual([3, 1, 1, 1])
  })

  it('takes bytes as they are, without a copy', async () => {
    const { queue, batches } = queueOf(succeed)
    const write = put(1)
    await queue.add(write, undefined)
    expect(batches[0]?.[0]?.bytes).toBe(write.bytes)
  })

  it('rejects a write that failed alone, and no other', async () => {
    const { queue } = queueOf((writes) => new Map([[writes[1] as Write, failureOf('SQLITE_CORRUPT')]]))
    const results = await Promise.allSettled([1, 2, 3].map((n) => queue.add(put(n), undefined)))
    expect(codes(results)).toEqual(['ok', 'ERR_BACKEND', 'ok'])
  })

  it('rejects every write of a transaction that failed', async () => {
    const { queue, batches } = queueOf(() => {
      throw failureOf('SQLITE_IOERR_FSYNC')
    })
    const results = await Promise.allSettled([1, 2].map((n) => queue.add(put(n), undefined)))
    expect(codes(results)).toEqual(['ERR_BACKEND', 'ERR_BACKEND'])
    expect(batches.length).toBe(1)
  })

  it('tries writes one by one when together they do not fit', async () => {
    const { queue } = queueOf((writes) => {
      if (writes.some((write) => (write.bytes?.length ?? 0) > 100)) throw failureOf('SQLITE_FULL')
      return succeed()
    })
    const writes = [put(1, 10), put(2, 1_000), remove(3)]
    const results = await Promise.allSettled(writes.map((write) => queue.add(write, undefined)))
    expect(codes(results)).toEqual(['ok', 'ERR_FULL', 'ok'])
  })

  it('takes a write out when its signal aborts while it waits', async () => {
    const { queue, batches } = queueOf(succeed)
    const controller = new AbortController()
    const aborted = queue.add(put(1), controller)
    const other = queue.add(put(2), undefined)
    controller.abort('no longer')
    await expect(aborted).rejects.toBe('no longer')
    await other
    expect(batches.map((batch) => batch.map((write) => write.key))).toEqual([[key(2)]])
  })
})

describe('write queue, while the database is locked', () => {
  it('tries again, together with what has come meanwhile', async () => {
    let locked = 3
    const { queue, batches } = queueOf(() => {
      if (locked-- > 0) throw failureOf('SQLITE_BUSY')
      return succeed()
    })
    const first = queue.add(put(1), undefined)
    setImmediate(() => void queue.add(put(2), undefined))
    await first
    await queue.drained()
    expect(batches.map((batch) => batch.length)).toEqual([1, 2, 2, 2])
  })

  it('rejects as retryable what has waited busyTimeoutMs', async () => {
    const locked = () => {
      throw failureOf('SQLITE_BUSY')
    }
    const { queue } = queueOf(locked, 20)
    const start = performance.now()
    const failures = Promise.allSettled(Array.from({ length: 300 }, (_, n) => queue.add(put(n), undefined)))
    await expect(queue.add(put(300), undefined)).rejects.toMatchObject({
      code: 'ERR_BACKEND',
      retryable: true,
    })
    expect(codes(await failures)).toEqual(new Array(300).fill('ERR_BACKEND'))
    expect(performance.now() - start).toBeGreaterThanOrEqual(20)
  })

  it('still takes out what is aborted', async () => {
    const { queue } = queueOf(() => {
      throw failureOf('SQLITE_BUSY')
    })
    const controller = new AbortController()
    const waiting = queue.add(put(1), controller)
    setTimeout(() => controller.abort('no longer'), 5)
    await expect(waiting).rejects.toBe('no longer')
    await queue.drained()
  })
})
