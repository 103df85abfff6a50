import { PoolError } from '@blockpool/core'
import { GetFailedError, NotFoundError, PutFailedError } from 'interface-store'
import { describe, expect, test } from 'vitest'
import { isAbsence, isEndOfListing, toPoolError } from '../src/failure.ts'

describe('absence is', () => {
  test.each([
    ['what a store that keeps to the interface says', new NotFoundError()],
    ['a file that is not there (blockstore-fs)', new NotFoundError("Error: ENOENT: no such file, open 'x'")],
    [
      'a key that is not there (blockstore-s3)',
      new GetFailedError('NoSuchKey: The specified key does not exist.'),
    ],
  ])('%s', (_words, error) => {
    expect(isAbsence(error)).toBe(true)
  })

  test.each([
    ['too many open files', new NotFoundError('Error: EMFILE: too many open files')],
    ['a device that fails', new NotFoundError('Error: EIO: i/o error, read')],
    ['an abort under the name of an absence', new NotFoundError('AbortError: The operation was aborted')],
    ['a bug under that name', new NotFoundError('TypeError: x is not a function')],
    ['a bucket that is not there', new GetFailedError('NoSuchBucket: The specified bucket does not exist')],
    ['a key that may not be read', new GetFailedError('AccessDenied: Access Denied')],
    ['a failure of another kind', new PutFailedError('NoSuchKey: no')],
    ['no error at all', 'NotFoundError'],
  ])('not %s', (_words, error) => {
    expect(isAbsence(error)).toBe(false)
  })
})

test('the end of a listing is what blockstore-s3 says of an empty bucket, and nothing else', () => {
  expect(isEndOfListing(new GetFailedError('Error: Not found'))).toBe(true)
  expect(isEndOfListing(new GetFailedError('NoSuchBucket: no'))).toBe(false)
  expect(isEndOfListing(new NotFoundError())).toBe(false)
})

describe('an error of a js blockstore', () => {
  test.each(['ENOSPC: no space left on device', 'EDQUOT: quota', 'EFBIG: file too large'])(
    'for want of room is ERR_FULL: %s',
    (words) => {
      expect(toPoolError(new PutFailedError(`Error: ${words}`), 'put')).toMatchObject({ code: 'ERR_FULL' })
    },
  )

  test('of any other kind is a passing fault that keeps its cause, and not its words', () => {
    const cause = new GetFailedError('https://user:password@host does not answer')
    const error = toPoolError(cause, 'get')
    expect(error).toMatchObject({ code: 'ERR_BACKEND', retryable: true, cause })
    expect(error.message).not.toContain('password')
  })

  test('of ours comes back as it was, from under a name of theirs too', () => {
    const ours = new PoolError('ERR_UNAVAILABLE', 'not known')
    expect(toPoolError(ours, 'get')).toBe(ours)
    expect(toPoolError(new Error('named', { cause: ours }), 'get')).toBe(ours)
  })
})
