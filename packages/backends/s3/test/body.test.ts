import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import { collect } from '../src/body.ts'

const chunks = (...texts: readonly string[]) =>
  Readable.from(
    texts.map((text) => Buffer.from(text)),
    { objectMode: false },
  )

test('the chunks of a body become one array of its own memory', async () => {
  const bytes = await collect(chunks('he', 'll', 'o'), 5)
  expect(new TextDecoder().decode(bytes)).toBe('hello')
  expect(bytes.buffer.byteLength).toBe(5)
})

test('an empty body is an empty array', async () => {
  expect(await collect(chunks(), 0)).toEqual(new Uint8Array(0))
})

test.each([4, 6])('a body that is not of the %d bytes that were announced is an error', async (length) => {
  await expect(collect(chunks('hel', 'lo'), length)).rejects.toMatchObject({
    code: 'ERR_BACKEND',
    retryable: true,
  })
})

test('a body that breaks is what it breaks with', async () => {
  const body = new Readable({ read: () => {} })
  const collecting = collect(body, 5)
  body.push('he')
  body.destroy(new Error('broken'))
  await expect(collecting).rejects.toThrow('broken')
  const silent = new Readable({ read: () => {} })
  const waiting = collect(silent, 5)
  silent.destroy()
  await expect(waiting).rejects.toMatchObject({ code: 'ERR_BACKEND' })
})
