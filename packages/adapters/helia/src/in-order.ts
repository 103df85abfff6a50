/**
 * Runs a task for each input, at most `limit` at once, and yields the results in the order of the inputs, each as soon as it
 * is there: a source that pauses holds back nothing. The first failure ends it, after the results before; tasks under way
 * are awaited, so that nothing goes on behind the caller.
 */
export async function* inOrder<I, O>(
  source: Iterable<I> | AsyncIterable<I>,
  task: (input: I) => Promise<O>,
  limit: number,
): AsyncGenerator<O> {
  const inputs = iterate(source)
  const running: Promise<O>[] = []
  let pull: Promise<IteratorResult<I>> | undefined
  let ended = false
  const start = (result: Promise<O>): void => {
    result.catch(() => {})
    running.push(result)
  }
  const take = async (next: Promise<IteratorResult<I>>): Promise<void> => {
    pull = undefined
    try {
      const { done, value } = await next
      if (done) ended = true
      else start(task(value))
    } catch (error) {
      ended = true
      start(Promise.reject(error))
    }
  }
  try {
    for (;;) {
      if (!ended && running.length < limit) pull ??= inputs.next()
      const [head] = running
      if (pull && (!head || (await isFirst(pull, head)))) {
        await take(pull)
      } else if (head) {
        yield await head
        running.shift()
      } else return
    }
  } finally {
    await Promise.allSettled(running)
    if (!ended) await leave(inputs, pull)
  }
}

/** Whatever `next` throws is a rejection. */
function iterate<I>(source: Iterable<I> | AsyncIterable<I>): AsyncIterator<I> {
  return (async function* () {
    yield* source
  })()
}

function isFirst(one: Promise<unknown>, other: Promise<unknown>): Promise<boolean> {
  const [yes, no] = [() => true, () => false]
  return Promise.race([one.then(yes, yes), other.then(no, no)])
}

/** Ends the source. It is not waited for while it is asked for its next input, which may never come. */
async function leave(inputs: AsyncIterator<unknown>, pull: Promise<unknown> | undefined): Promise<void> {
  const left = inputs.return?.()
  if (!pull) await left
  else for (const promise of [pull, left]) promise?.catch(() => {})
}
