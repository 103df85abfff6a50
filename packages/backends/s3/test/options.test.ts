import { inspect } from 'node:util'
import { expect, test } from 'vitest'
import { resolveOptions, type S3Options } from '../src/options.ts'

test('AWS is addressed by its host names, other servers by paths', () => {
  expect(resolveOptions({ bucket: 'blocks' }).target).toMatchObject({
    forcePathStyle: false,
    region: undefined,
  })
  expect(resolveOptions({ bucket: 'blocks', endpoint: 'http://127.0.0.1:9000' }).target).toMatchObject({
    forcePathStyle: true,
    region: 'us-east-1',
  })
})

test.each([
  ['', ''],
  ['a', 'a/'],
  ['a/', 'a/'],
  ["a/B-1_(x)'!*.y", "a/B-1_(x)'!*.y/"],
])("the prefix '%s' is '%s'", (prefix, expected) => {
  expect(resolveOptions({ bucket: 'blocks', prefix }).prefix).toBe(expected)
})

test.each<readonly [S3Options, string]>([
  [{ bucket: '' }, 'no bucket'],
  [{ bucket: 'a/b' }, 'a bucket that is a path'],
  [{ bucket: 'blocks', prefix: '/a' }, 'a prefix that begins with a slash'],
  [{ bucket: 'blocks', prefix: 'a//b' }, 'an empty part'],
  [{ bucket: 'blocks', prefix: 'a/../b' }, 'a way up'],
  [{ bucket: 'blocks', prefix: 'ä' }, 'letters that are encoded'],
  [{ bucket: 'blocks', prefix: 'a'.repeat(600) }, 'a prefix that is too long'],
  [{ bucket: 'blocks', endpoint: 'ftp://host' }, 'an endpoint of another protocol'],
  [{ bucket: 'blocks', endpoint: 'host:9000' }, 'an endpoint without a protocol'],
  [{ bucket: 'blocks', endpoint: 'https://id:SECRET@host' }, 'an endpoint with credentials'],
  [{ bucket: 'blocks', connections: 0 }, 'no connections'],
  [{ bucket: 'blocks', credentials: { accessKeyId: '', secretAccessKey: 'SECRET' } }, 'half the credentials'],
])('%o is refused: %s', (options) => {
  let error: unknown
  try {
    resolveOptions(options)
  } catch (thrown) {
    error = thrown
  }
  expect(error).toMatchObject({ code: 'ERR_INVALID_OPTIONS' })
  expect(inspect(error)).not.toContain('SECRET')
})

test('a given client has its own settings', () => {
  const both = {
    bucket: 'blocks',
    client: { send: async () => ({}) },
    region: 'eu-central-1',
  } as unknown as S3Options
  expect(() => resolveOptions(both)).toThrow(expect.objectContaining({ code: 'ERR_INVALID_OPTIONS' }))
})
