import { inspect } from 'node:util'
import { expect, test } from 'vitest'
import { failureOf, harmless } from '../src/failure.ts'

test('the code is that of the server where there is an answer, and that of the connection where there is none', () => {
  const answered = Object.assign(new Error('no'), {
    name: 'AccessDenied',
    $metadata: { httpStatusCode: 403 },
  })
  expect(failureOf(answered)).toMatchObject({ code: 'AccessDenied', status: 403 })
  const refused = Object.assign(new Error('no'), { code: 'ECONNREFUSED' })
  expect(failureOf(refused)).toMatchObject({ code: 'ECONNREFUSED', status: undefined })
  expect(failureOf(new Error('no', { cause: refused }))).toMatchObject({ code: 'ECONNREFUSED' })
})

test.each([undefined, null, 'text', 7, { name: 'a b\n<script>' }])('%o has no code', (error) => {
  expect(failureOf(error)).toMatchObject({ code: 'Unknown', status: undefined })
})

test.each([
  ['2', 2_000],
  ['0', 0],
  ['99999999', 3_600_000],
  [new Date(0).toUTCString(), 0],
  ['soon', undefined],
])('Retry-After: %s', (header, expected) => {
  const $response = { statusCode: 503, headers: { 'retry-after': header } }
  expect(failureOf({ $response }).retryAfterMs).toBe(expected)
})

test('the cause that is told holds no response, and no secret in its texts', () => {
  const error = Object.assign(new Error('SECRET is wrong'), {
    name: 'SignatureDoesNotMatch',
    $metadata: { httpStatusCode: 403, requestId: 'the-request' },
    $response: { headers: { echo: 'SECRET' } },
    CanonicalRequest: 'SECRET',
  })
  const told = harmless(error, ['SECRET'])
  expect(told).toMatchObject({ name: 'SignatureDoesNotMatch', status: 403, requestId: 'the-request' })
  expect(inspect(told, { depth: 10, showHidden: true })).not.toContain('SECRET')
})
