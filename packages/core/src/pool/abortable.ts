/** Rejects with the signal's reason as soon as it aborts, also when the task goes on. */
export function abortable<T>(task: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return task
  return new Promise<T>((resolve, reject) => {
    const giveUp = (): void => reject(signal.reason)
    if (signal.aborted) giveUp()
    signal.addEventListener('abort', giveUp, { once: true })
    task.then(resolve, reject).finally(() => signal.removeEventListener('abort', giveUp))
  })
}
