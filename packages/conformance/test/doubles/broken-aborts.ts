import type { Backend, OperationOptions } from '@blockpool/core'
import { pause } from '../../src/timing.ts'
import { verbs } from '../../src/verbs.ts'
import { type Broken, broken } from './broken.ts'

const ignoring: readonly Broken[] = verbs.map(({ name }) =>
  broken(`abort/aborted-${name}`, 'signals are ignored', deaf),
)

const hanging: readonly Broken[] = verbs.map(({ name }) => ({
  ...broken(`abort/during-${name}`, 'an abort makes the call hang', (inner) =>
    onAbort(inner, () => new Promise<never>(() => {})),
  ),
  timeoutMs: 100,
}))

const renaming: readonly Broken[] = verbs.map(({ name }) =>
  broken(`abort/during-${name}`, 'an aborted call rejects with an error of its own', (inner) =>
    onAbort(inner, () => Promise.reject(new DOMException('aborted', 'AbortError'))),
  ),
)

/** Bugs in the handling of signals. */
export const brokenAborts: readonly Broken[] = [
  ...ignoring,
  ...hanging,
  ...renaming,
  broken('abort/aborted-put-has-no-effect', 'an aborted put rejects and lands', (inner) => ({
    async put(block, options) {
      await inner.put(block)
      options?.signal?.throwIfAborted()
    },
  })),
  broken('abort/aborted-put-has-no-effect', 'an aborted put lands later', (inner) => ({
    async put(block, options) {
      if (options?.signal?.aborted) pause(5).then(() => inner.put(block))
      await inner.put(block, options)
    },
  })),
  broken('abort/aborted-delete-has-no-effect', 'an aborted delete rejects and removes', (inner) => ({
    async delete(cid, options) {
      await inner.delete(cid)
      options?.signal?.throwIfAborted()
    },
  })),
  broken('abort/put-never-lands-late', 'an abort lets go of the put, which lands later', (inner) => ({
    put: (block, options) => abandoned(() => inner.put(block), options),
  })),
  broken('abort/delete-never-lands-late', 'an abort lets go of the delete, which lands later', (inner) => ({
    delete: (cid, options) => abandoned(() => inner.delete(cid), options),
  })),
  broken('abort/during-list', 'an aborted listing ends short', (inner) => ({
    async *list(options) {
      for await (const cid of inner.list()) {
        if (options?.signal?.aborted) return
        await pause(0)
        yield cid
      }
    },
  })),
  broken('abort/lets-go-of-the-signal', 'each call leaves a listener', (inner) => ({
    get(cid, options) {
      options?.signal?.addEventListener('abort', () => {})
      return inner.get(cid, options)
    },
  })),
]

function deaf(inner: Backend): Partial<Backend> {
  return {
    get: (cid) => inner.get(cid),
    put: (block) => inner.put(block),
    has: (cid) => inner.has(cid),
    delete: (cid) => inner.delete(cid),
    list: () => inner.list(),
    ping: async () => inner.ping?.(),
  }
}

/** Waits a little, then does the given when the signal is aborted by then. */
function onAbort(inner: Backend, then: () => Promise<never>): Partial<Backend> {
  const wait = async (options: OperationOptions | undefined): Promise<void> => {
    await pause(0)
    if (options?.signal?.aborted) await then()
  }
  return {
    get: (cid, options) => wait(options).then(() => inner.get(cid)),
    put: (block, options) => wait(options).then(() => inner.put(block)),
    has: (cid, options) => wait(options).then(() => inner.has(cid)),
    delete: (cid, options) => wait(options).then(() => inner.delete(cid)),
    async *list(options) {
      await wait(options)
      yield* inner.list()
    },
    ping: (options) => wait(options).then(() => inner.ping?.()),
  }
}

/** Rejects on abort at once, while the work goes on; slow enough to be overtaken. */
async function abandoned(work: () => Promise<void>, options: OperationOptions | undefined): Promise<void> {
  const signal = options?.signal
  if (!signal) return work()
  const late = pause(10).then(work)
  const aborted = new Promise<never>((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason))
  })
  await Promise.race([late, aborted])
}
