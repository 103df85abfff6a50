import { type Backend, PoolError } from '@blockpool/core'

/** A backend that can be made to fail, as if its device had gone. */
export interface Failing {
  readonly backend: Backend
  /** Calls of it so far, by verb. */
  readonly calls: Record<'get' | 'put' | 'has' | 'delete' | 'list', number>
  /** Every call is refused from now on, or not any more. */
  fails: boolean
}

export function failing(inner: Backend): Failing {
  const calls = { get: 0, put: 0, has: 0, delete: 0, list: 0 }
  const state: { fails: boolean } = { fails: false }
  const enter = (verb?: keyof typeof calls): void => {
    if (verb) calls[verb]++
    if (state.fails) throw new PoolError('ERR_BACKEND', 'the device is gone', { retryable: true })
  }
  const backend: Backend = {
    type: inner.type,
    get traits() {
      return inner.traits
    },
    async open(options) {
      enter()
      await inner.open?.(options)
    },
    close: async () => inner.close?.(),
    async identity(options) {
      enter()
      return (await inner.identity?.(options)) ?? 'none'
    },
    async get(cid, options) {
      enter('get')
      return inner.get(cid, options)
    },
    async put(block, options) {
      enter('put')
      return inner.put(block, options)
    },
    async has(cid, options) {
      enter('has')
      return inner.has(cid, options)
    },
    async delete(cid, options) {
      enter('delete')
      return inner.delete(cid, options)
    },
    async *list(options) {
      enter('list')
      yield* inner.list(options)
    },
  }
  return Object.assign(state, { backend, calls })
}
