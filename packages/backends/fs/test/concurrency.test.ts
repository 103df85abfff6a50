import { setImmediate as tick } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { abortable, Calls, forEach, readAhead, Shared, Turns } from '../src/concurrency.ts'

/** A task that ends when told, and records that it began. */
function gates() {
  const begun: string[] = []
  const open: Array<(error?: Error) => void> = []
  const task = (name: string) => () => {
    begun.push(name)
    return new Promise<void>((resolve, reject) => {
      open.push((error) => (error ? reject(error) : resolve()))
    })
  }
  return { begun, open, task }
}

describe('forEach', () => {
  test('runs the task for each item, never more at once than allowed', async () => {
    const seen: number[] = []
    let running = 0
    let most = 0
    await forEach([1, 2, 3, 4, 5, 6, 7], 3, async (item) => {
      most = Math.max(most, ++running)
      await tick()
      running--
      seen.push(item)
    })
    expect(seen.sort()).toEqual([1, 2, 3, 4, 5, 6, 7])
    expect(most).toBe(3)
  })

  test('rejects with the failure after all that had begun, and begins no more', async () => {
    const ended: number[] = []
    const failure = new Error('2 failed')
    const run = forEach([1, 2, 3, 4, 5, 6], 2, async (item) => {
      if (item === 2) throw failure
      await tick()
      ended.push(item)
    })
    await expect(run).rejects.toBe(failure)
    expect(ended).toEqual([1])
  })
})

describe('readAhead', () => {
  test('gives all results in order, and reads on when half of what it may read ahead is left', async () => {
    const items = [1, 2, 3, 4, 5, 6, 7, 8, 9]
    let begun = 0
    const seen: Array<readonly [result: number, begun: number]> = []
    const reads = readAhead(
      items,
      (done) => (done < 6 ? 4 : 1),
      async (item) => {
        begun++
        return item * 10
      },
    )
    for await (const [, result] of reads) seen.push([result, begun])
    expect(seen.map(([result]) => result)).toEqual(items.map((item) => item * 10))
    expect(seen.map(([, begunBefore]) => begunBefore)).toEqual([5, 5, 5, 8, 8, 8, 8, 8, 9])
  })

  test('a failure is told in its turn', async () => {
    const failure = new Error('3 failed')
    const results: number[] = []
    const run = (async () => {
      const reads = readAhead(
        [1, 2, 3, 4],
        () => 4,
        async (item) => (item === 3 ? Promise.reject(failure) : item),
      )
      for await (const [, result] of reads) results.push(result)
    })()
    await expect(run).rejects.toBe(failure)
    expect(results).toEqual([1, 2])
  })
})

describe('turns', () => {
  test('tasks of one key run one after another in the order of their calls, also after a failure', async () => {
    const { begun, open, task } = gates()
    const turns = new Turns()
    const ends = ['a', 'b', 'c'].map((name) => turns.run('key', task(name)))
    const other = turns.run('other', task('other'))
    await tick()
    expect(begun).toEqual(['a', 'other'])
    open[0]?.(new Error('a failed'))
    await expect(ends[0]).rejects.toThrow()
    await tick()
    expect(begun).toEqual(['a', 'other', 'b'])
    open[1]?.()
    open[2]?.()
    await tick()
    open[3]?.()
    await Promise.all([...ends.slice(1), other])
    expect(begun).toEqual(['a', 'other', 'b', 'c'])
  })
})

describe('shared tasks', () => {
  test('those who ask while one runs share the next one', async () => {
    const { begun, open, task } = gates()
    const shared = new Shared()
    const ends = ['first', 'second', 'third'].map((name) => shared.run('key', task(name)))
    expect(begun).toEqual(['first'])
    open[0]?.()
    await ends[0]
    await tick()
    expect(begun).toEqual(['first', 'second'])
    open[1]?.()
    await Promise.all(ends)
    const later = shared.run('key', task('later'))
    open[2]?.()
    await later
    expect(begun).toEqual(['first', 'second', 'later'])
  })

  test('a failure is that of all who waited for it; the next one starts anew', async () => {
    const { open, task } = gates()
    const shared = new Shared()
    const ends = ['first', 'second', 'third'].map((name) => shared.run('key', task(name)))
    open[0]?.(new Error('first failed'))
    const settled = await Promise.allSettled(ends)
    expect(settled.map((end) => end.status)).toEqual(['rejected', 'rejected', 'rejected'])
    const again = shared.run('key', task('again'))
    open[1]?.()
    await again
  })
})

describe('calls in flight', () => {
  test('idle waits for all of them, failed ones too', async () => {
    const { open, task } = gates()
    const calls = new Calls()
    await calls.idle()
    const ends = [calls.run(task('a')), calls.run(task('b'))]
    let idle = false
    const waiting = calls.idle().then(() => {
      idle = true
    })
    open[0]?.(new Error('a failed'))
    await expect(ends[0]).rejects.toThrow()
    await tick()
    expect(idle).toBe(false)
    open[1]?.()
    await waiting
  })
})

describe('abortable', () => {
  test('rejects with the reason while the promise goes on', async () => {
    const controller = new AbortController()
    const reason = new Error('enough')
    const result = abortable(new Promise(() => {}), controller.signal)
    controller.abort(reason)
    await expect(result).rejects.toBe(reason)
  })

  test('is the promise when nobody aborts', async () => {
    const { signal } = new AbortController()
    expect(await abortable(Promise.resolve(1), signal)).toBe(1)
    const failure = new Error('failed')
    await expect(abortable(Promise.reject(failure), signal)).rejects.toBe(failure)
  })
})
