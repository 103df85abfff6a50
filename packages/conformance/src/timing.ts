export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

/**
 * The work's result, or a rejection when it takes longer than the limit. The work itself goes on.
 */
export async function within<T>(limitMs: number, work: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const limit = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`did not end within ${limitMs} ms`)), limitMs)
  })
  try {
    return await Promise.race([work, limit])
  } finally {
    clearTimeout(timer)
  }
}

/** Calls, aborts after the delay (0 is at once), and tells how the call ended. */
export async function abortAfter<T>(
  delayMs: number,
  reason: unknown,
  call: (signal: AbortSignal) => Promise<T>,
): Promise<PromiseSettledResult<T>> {
  const controller = new AbortController()
  const promise = call(controller.signal)
  const abort = (): void => controller.abort(reason)
  const timer = delayMs > 0 ? setTimeout(abort, delayMs) : abort()
  const [end] = await Promise.allSettled([promise])
  if (timer !== undefined) clearTimeout(timer)
  return end
}
