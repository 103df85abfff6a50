import { inspect } from 'node:util'
import { expect, test } from 'vitest'
import { givenBucket } from '../../src/index.ts'

test('a URL names the server, the keys and the bucket', () => {
  expect(givenBucket('https://id:se%2Fcret@s3.example.com:9000/blocks?region=eu-central-1')).toEqual({
    endpoint: 'https://s3.example.com:9000',
    region: 'eu-central-1',
    credentials: { accessKeyId: 'id', secretAccessKey: 'se/cret' },
    bucket: 'blocks',
  })
})

test('without a URL there is no bucket', () => {
  expect(givenBucket('')).toBeUndefined()
})

test.each([
  'https://s3.example.com/blocks',
  'https://id:secret@host',
  'https://id:secret@host/a/b',
  'id:secret',
])('%s is refused, and the secret is not repeated', (url) => {
  let error: unknown
  try {
    givenBucket(url)
  } catch (thrown) {
    error = thrown
  }
  expect(error).toBeInstanceOf(Error)
  expect(inspect(error)).not.toContain('id:secret')
})
