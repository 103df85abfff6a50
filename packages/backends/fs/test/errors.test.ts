import { PoolError } from '@blockpool/core'
import { describe, expect, test } from 'vitest'
import { notAFile, toPoolError } from '../src/errors.ts'

const meanings = [
  ['ERR_FULL', false, ['ENOSPC', 'EDQUOT', 'EFBIG']],
  ['ERR_STORE_GONE', true, ['ENOENT']],
  ['ERR_BACKEND', true, ['EMFILE', 'ENFILE', 'EIO', 'EAGAIN', 'EBUSY', 'ESTALE']],
  ['ERR_BACKEND', false, ['EACCES', 'EPERM', 'EROFS', 'EISDIR', 'ENOTDIR', 'ELOOP', 'EXDEV']],
] as const

describe('errors of the file system', () => {
  for (const [code, retryable, errnos] of meanings) {
    test.each(errnos)(
      `%s is ${code}, ${retryable ? 'retryable' : 'not retryable'}, and kept as the cause`,
      (errno) => {
        const cause = Object.assign(new Error('it failed'), { code: errno })
        expect(toPoolError(cause, 'put')).toMatchObject({ name: 'PoolError', code, retryable, cause })
      },
    )
  }

  test('an error without an errno may pass, and is kept as the cause', () => {
    expect(toPoolError('a text', 'put')).toMatchObject({
      code: 'ERR_BACKEND',
      retryable: true,
      cause: 'a text',
    })
    const cause = new TypeError('not bytes')
    expect(toPoolError(cause, 'put')).toMatchObject({ code: 'ERR_BACKEND', retryable: true, cause })
  })

  test('a PoolError stays the same error', () => {
    const error = new PoolError('ERR_INVALID_CID', 'no name')
    expect(toPoolError(error, 'put')).toBe(error)
  })

  test('what is no regular file has an errno of its own', () => {
    expect(notAFile('folder', '/x')).toMatchObject({ code: 'EISDIR' })
    expect(notAFile('link', '/x')).toMatchObject({ code: 'ELOOP' })
    expect(notAFile('other', '/x')).toMatchObject({ code: 'EINVAL' })
  })
})
