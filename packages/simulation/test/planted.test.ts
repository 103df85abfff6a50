import { errorCode, type StoragePool } from '@blockpool/core'
import { expect, test } from 'vitest'
import { type Rule, simulate, type Wrap } from '../src/index.ts'
import { strategies } from '../src/strategies.ts'

/** A pool with some of its methods replaced. */
function with_(pool: StoragePool, methods: Partial<Record<keyof StoragePool, unknown>>): StoragePool {
  return new Proxy(pool, {
    get(target, name) {
      const method = methods[name as keyof StoragePool] ?? Reflect.get(target, name)
      return typeof method === 'function' ? method.bind(target) : method
    },
  })
}

const planted: Readonly<Record<string, { readonly rule: Rule; readonly wrap: Wrap }>> = {
  'an error is read as missing': {
    rule: 'lost',
    wrap: (pool) =>
      with_(pool, {
        get: (...args: Parameters<StoragePool['get']>) =>
          pool.get(...args).catch((error: unknown) => {
            if (errorCode(error) === 'ERR_UNAVAILABLE') return undefined
            throw error
          }),
      }),
  },
  'a failed put is acknowledged': {
    rule: 'lost',
    wrap: (pool) =>
      with_(pool, {
        put: (...args: Parameters<StoragePool['put']>) =>
          pool.put(...args).catch((error: unknown) => {
            if (!errorCode(error)) throw error
          }),
      }),
  },
  'a delete deletes nothing': { rule: 'came back', wrap: (pool) => with_(pool, { delete: async () => {} }) },
  'bytes are cut short': {
    rule: 'wrong bytes',
    wrap: (pool) =>
      with_(pool, {
        get: async (...args: Parameters<StoragePool['get']>) => (await pool.get(...args))?.subarray(1),
      }),
  },
  'a listing repeats a block': {
    rule: 'listing',
    wrap: (pool) =>
      with_(pool, {
        async *list() {
          for await (const cid of pool.list()) {
            yield cid
            yield cid
          }
        },
      }),
  },
  'a listing ends short': {
    rule: 'lost',
    wrap: (pool) =>
      with_(pool, {
        async *list() {
          let left = 2
          for await (const cid of pool.list()) if (left-- > 0) yield cid
        },
      }),
  },
  'a get never settles': {
    rule: 'late',
    wrap: (pool) => {
      let gets = 0
      return with_(pool, {
        get: (...args: Parameters<StoragePool['get']>) =>
          ++gets % 50 === 0 ? new Promise(() => {}) : pool.get(...args),
      })
    },
  },
  'an error is none of ours': {
    rule: 'error',
    wrap: (pool) => with_(pool, { has: async () => Promise.reject(new TypeError('x is undefined')) }),
  },
  'a count is off by one': {
    rule: 'stats',
    wrap: (pool) => with_(pool, { stats: () => ({ ...pool.stats(), missing: pool.stats().missing + 1 }) }),
  },
}

for (const [name, { rule, wrap }] of Object.entries(planted)) {
  test(`the model catches: ${name}`, async () => {
    const { violations } = await simulate({ seeds: [1, 24], ops: 150, strategies, wrap, repeatEvery: 0 })
    expect(violations.map((violation) => violation.rule)).toContain(rule)
  })
}
