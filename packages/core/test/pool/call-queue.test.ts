import { describe, expect, test } from 'vitest'
import type { Call } from '../../src/pool/call.ts'
import { CallQueue } from '../../src/pool/call-queue.ts'

const MIB = 1024 * 1024

function call(bytes = 0): Call {
  return { queued: false, block: { bytes: { length: bytes } } } as Call
}

describe('CallQueue', () => {
  test('gives calls out in the order in which they came', () => {
    const queue = new CallQueue()
    const calls = [call(), call(), call()]
    for (const one of calls) expect(queue.push(one)).toBe(true)
    expect([queue.shift(), queue.shift(), queue.shift(), queue.shift()]).toEqual([...calls, undefined])
  })

  test.each([0, 1, 2])('forgets call %d of three, which has ended while it waited', (at) => {
    const queue = new CallQueue()
    const calls = [call(), call(), call()]
    for (const one of calls) queue.push(one)
    const [ended] = calls.splice(at, 1) as [Call]
    queue.remove(ended)
    expect(ended).toMatchObject({ queued: false, before: undefined, after: undefined })
    expect([queue.shift(), queue.shift(), queue.shift()]).toEqual([...calls, undefined])
    expect(queue.push(ended)).toBe(true)
    expect(queue.shift()).toBe(ended)
  })

  test('marks calls while they wait', () => {
    const queue = new CallQueue()
    const one = call()
    queue.push(one)
    expect(one.queued).toBe(true)
    queue.shift()
    expect(one.queued).toBe(false)
  })

  test('refuses more than 64 MiB of blocks, and takes more when some have left', () => {
    const queue = new CallQueue()
    const calls = Array.from({ length: 64 }, () => call(MIB))
    for (const one of calls) expect(queue.push(one)).toBe(true)
    expect(queue.push(call(1))).toBe(false)
    expect(queue.push(call(0))).toBe(true)
    queue.remove(calls[30] as Call)
    expect(queue.push(call(MIB))).toBe(true)
    expect(queue.push(call(1))).toBe(false)
  })

  test('refuses more than 100,000 calls, and takes more when some have left', () => {
    const queue = new CallQueue()
    const calls = Array.from({ length: 100_000 }, () => call())
    const taken = calls.filter((one) => queue.push(one))
    expect(taken.length).toBe(100_000)
    expect(queue.push(call())).toBe(false)
    for (const one of calls) queue.remove(one)
    expect(queue.shift()).toBeUndefined()
    expect(queue.push(call())).toBe(true)
  })
})
