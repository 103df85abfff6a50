/** After an abort a write is left alone so long, so that its end is known; then its connection is cut. Milliseconds. */
const GRACE_MS = 5_000

/** Runs a request that is cut as soon as the signal aborts; then it rejects with the signal's reason. */
export async function cutOnAbort<T>(
  signal: AbortSignal | undefined,
  request: (signal: AbortSignal | undefined) => Promise<T>,
): Promise<T> {
  if (!signal) return request(undefined)
  signal.throwIfAborted()
  const controller = new AbortController()
  const abort = (): void => controller.abort(signal.reason)
  signal.addEventListener('abort', abort)
  try {
    return await request(controller.signal)
  } catch (error) {
    throw signal.aborted ? signal.reason : error
  } finally {
    signal.removeEventListener('abort', abort)
  }
}

/**
 * Runs a request that goes on for a while after the signal has aborted, so that what comes after it can wait for its
 * end: one that is cut may still land at any time. Its promise is that end.
 */
export async function cutLater<T>(
  signal: AbortSignal | undefined,
  request: (signal: AbortSignal | undefined) => Promise<T>,
): Promise<T> {
  if (!signal) return request(undefined)
  signal.throwIfAborted()
  const controller = new AbortController()
  let timer: NodeJS.Timeout | undefined
  const abort = (): void => {
    timer = setTimeout(() => controller.abort(signal.reason), GRACE_MS)
  }
  signal.addEventListener('abort', abort)
  try {
    return await request(controller.signal)
  } finally {
    signal.removeEventListener('abort', abort)
    clearTimeout(timer)
  }
}

/** Rejects with the signal's reason as soon as it aborts; the promise itself goes on. */
export function abortable<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return promise
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason)
    signal.addEventListener('abort', abort)
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}
