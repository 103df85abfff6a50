import type { Cid } from '@atproto/lex-data'
import type { Backend, BlockStore, OperationOptions } from '@blockpool/core'
import type { IndexChange, RepoIndex } from '../../src/index.ts'
import { keyOf } from '../../src/keys.ts'

/** Where something is held up until it is let go. */
export interface Gate {
  /** Resolves when somebody waits at it. */
  readonly reached: Promise<void>
  open(): void
}

type Verb = 'delete' | 'get' | 'put'

/** A store whose next call of a verb for a block can be held up before it has an effect. */
export function gated(store: BlockStore): BlockStore & { hold(verb: Verb, cid: Cid): Gate } {
  const gates = new Map<string, { arrive: () => void; opened: Promise<void> }>()
  const nameOf = (verb: Verb, cid: Cid): string => `${verb} ${keyOf(cid)}`
  const pass = async (verb: Verb, cid: Cid): Promise<void> => {
    const gate = gates.get(nameOf(verb, cid))
    gates.delete(nameOf(verb, cid))
    gate?.arrive()
    await gate?.opened
  }
  return {
    ...verbs(store),
    async get(cid, options) {
      await pass('get', cid)
      return store.get(cid, options)
    },
    async put(block, options) {
      await pass('put', block.cid)
      await store.put(block, options)
    },
    async delete(cid, options) {
      await pass('delete', cid)
      await store.delete(cid, options)
    },
    hold(verb, cid) {
      const reached = Promise.withResolvers<void>()
      const opened = Promise.withResolvers<void>()
      gates.set(nameOf(verb, cid), { arrive: reached.resolve, opened: opened.promise })
      return { reached: reached.promise, open: opened.resolve }
    },
  }
}

/** A process that dies at one of its changes of store and index: neither that one nor any later one gets an answer. */
export interface Mortal {
  readonly store: BlockStore
  readonly index: RepoIndex
  /** Changes so far. */
  changes: number
}

/** @param dies the number of the change at which it dies, from 1. @param effect whether that change still happens. */
export function mortal(store: BlockStore, index: RepoIndex, dies: number, effect: boolean): Mortal {
  const state = { changes: 0 }
  const change = async <T>(run: () => Promise<T>): Promise<T> => {
    state.changes += 1
    if (state.changes < dies) return run()
    if (state.changes === dies && effect) await run()
    throw new Error('the process is dead')
  }
  return Object.assign(state, {
    store: {
      ...verbs(store),
      put: (block: Parameters<BlockStore['put']>[0], options?: OperationOptions) =>
        change(() => store.put(block, options)),
      delete: (cid: Parameters<BlockStore['delete']>[0], options?: OperationOptions) =>
        change(() => store.delete(cid, options)),
    },
    index: { ...index, write: (changes: readonly IndexChange[]) => change(() => index.write(changes)) },
  })
}

/** A store that can be made to refuse verbs. */
export function refusing<S extends Backend | BlockStore>(
  store: S,
): { readonly store: S; refuses: Set<keyof BlockStore> } {
  const refuses = new Set<keyof BlockStore>()
  const wrapped = new Proxy(store, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name)
      if (typeof value !== 'function') return value
      return (...args: unknown[]) => {
        if (refuses.has(name as keyof BlockStore))
          return Promise.reject(new Error(`${String(name)} is refused`))
        return Reflect.apply(value, target, args)
      }
    },
  })
  return { store: wrapped, refuses }
}

function verbs(store: BlockStore): BlockStore {
  return {
    get: (cid, options) => store.get(cid, options),
    has: (cid, options) => store.has(cid, options),
    put: (block, options) => store.put(block, options),
    delete: (cid, options) => store.delete(cid, options),
    list: (options) => store.list(options),
  }
}
