import { noAnswer } from './errors.ts'

export interface Limits {
  /** For messages. */
  readonly name: string
  readonly limitMs: number
  readonly signal?: AbortSignal | undefined
}

/**
 * The work's result, unless the signal aborts or the time is over first; the work itself goes on.
 * @throws the signal's reason; PoolError `ERR_TIMEOUT`.
 */
export async function within<T>(work: Promise<T>, { name, limitMs, signal }: Limits): Promise<T> {
  const end = Promise.withResolvers<never>()
  const timer = setTimeout(() => end.reject(noAnswer(name, limitMs)), limitMs)
  const abort = (): void => end.reject(signal?.reason)
  signal?.addEventListener('abort', abort, { once: true })
  work.catch(() => {})
  try {
    signal?.throwIfAborted()
    return await Promise.race([work, end.promise])
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', abort)
  }
}
