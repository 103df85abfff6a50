import { type Block, blockKey, errorCode, type PoolErrorCode } from '@blockpool/core'
import type { CID } from 'multiformats/cid'

/** A promise that was not kept: what was expected, and what came. */
export class ConformanceError extends Error {
  override readonly name = 'ConformanceError'
  readonly expected: unknown
  readonly actual: unknown

  constructor(what: string, expected: unknown, actual: unknown) {
    super(`${what}: expected ${show(expected)}, got ${show(actual)}`)
    this.expected = expected instanceof Words ? expected.text : expected
    this.actual = actual instanceof Words ? actual.text : actual
  }
}

/** Fails unless both are the same value (`Object.is`). */
export function assertEqual(what: string, actual: unknown, expected: unknown): void {
  if (!Object.is(actual, expected)) throw new ConformanceError(what, expected, actual)
}

/** Fails with the expectation in words unless the condition holds. */
export function assertThat(what: string, condition: boolean, expected: string, actual: unknown): void {
  if (!condition) throw new ConformanceError(what, new Words(expected), actual)
}

export function assertBytes(
  what: string,
  actual: unknown,
  expected: Uint8Array,
): asserts actual is Uint8Array {
  if (!(actual instanceof Uint8Array)) throw new ConformanceError(what, expected, actual)
  if (!sameBytes(actual, expected)) throw new ConformanceError(what, expected, actual)
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}

/** Fails unless the CIDs are exactly the blocks, each once, in any order. */
export function assertLists(what: string, cids: readonly CID[], blocks: readonly Block[]): void {
  const expected = new Set(blocks.map((block) => blockKey(block.cid)))
  const seen = new Set<string>()
  for (const cid of cids) {
    const key = blockKey(cid)
    assertThat(what, !seen.has(key), 'each block once', new Words('one of them twice'))
    assertThat(what, expected.has(key), 'only blocks that are stored', cid)
    seen.add(key)
  }
  assertThat(what, seen.size === expected.size, `${expected.size} blocks`, seen.size)
}

/** The error that the call rejects with. Fails when it resolves, and when it throws instead of rejecting. */
export async function rejection(what: string, call: () => Promise<unknown>): Promise<unknown> {
  let promise: Promise<unknown>
  try {
    promise = call()
  } catch (error) {
    throw new ConformanceError(
      what,
      new Words('a rejected promise'),
      new Words(`a synchronous throw of ${error}`),
    )
  }
  try {
    await promise
  } catch (error) {
    return error
  }
  throw new ConformanceError(what, new Words('a rejection'), new Words('a resolved promise'))
}

/** Fails unless the call rejects with a `PoolError` of this code. */
export async function assertRejects(
  what: string,
  code: PoolErrorCode,
  call: () => Promise<unknown>,
): Promise<void> {
  assertCode(what, await rejection(what, call), code)
}

export function assertCode(what: string, error: unknown, code: PoolErrorCode): void {
  if (errorCode(error) !== code) throw new ConformanceError(what, new Words(`a PoolError ${code}`), error)
}

/** Text that is shown without quotes. */
class Words {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

function show(value: unknown): string {
  if (value instanceof Words) return value.text
  if (value instanceof Uint8Array) return `${value.length} bytes [${hex(value)}]`
  if (value instanceof Error) return `${errorCode(value) ?? value.name} (${value.message})`
  if (typeof value === 'string') return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map(show).join(', ')}]`
  return String(value)
}

function hex(bytes: Uint8Array): string {
  const shown = Array.from(bytes.subarray(0, 16), (byte) => byte.toString(16).padStart(2, '0')).join(' ')
  return bytes.length > 16 ? `${shown} …` : shown
}
