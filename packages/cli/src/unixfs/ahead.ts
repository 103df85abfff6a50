/**
 * Maps items side by side, up to `limit` of them begun and not yet taken, and yields the results in the order of the
 * items. What is begun when the consumer stops is left to end by itself.
 */
export async function* ahead<T, R>(
  items: AsyncIterable<T> | Iterable<T>,
  limit: number,
  map: (item: T) => Promise<R>,
): AsyncGenerator<R> {
  const begun: Promise<R>[] = []
  for await (const item of items) {
    const result = map(item)
    // It is awaited below; until then its rejection must not count as unhandled.
    result.catch(() => {})
    begun.push(result)
    if (begun.length >= limit) yield await (begun.shift() as Promise<R>)
  }
  for (const result of begun) yield await result
}
