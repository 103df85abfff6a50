import type { Readable } from 'node:stream'
import { PoolError } from '@blockpool/core'

/**
 * The whole body in one array, copied once; a body of another length than announced is an error.
 * @throws PoolError `ERR_BACKEND`, retryable; what the stream fails with.
 */
export function collect(body: Readable, length: number): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const bytes = new Uint8Array(length)
    let at = 0
    body.on('data', (chunk: Uint8Array) => {
      if (at + chunk.length <= length) bytes.set(chunk, at)
      at += chunk.length
    })
    body.once('error', reject)
    // It also follows an end, and an error is dear to make.
    body.once('close', () => body.readableEnded || reject(cutShort(at, length)))
    body.once('end', () => (at === length ? resolve(bytes) : reject(cutShort(at, length))))
  })
}

function cutShort(got: number, expected: number): PoolError {
  return new PoolError('ERR_BACKEND', `s3: a body of ${got} bytes where ${expected} were announced`, {
    retryable: true,
  })
}
