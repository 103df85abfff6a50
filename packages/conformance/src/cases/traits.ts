import { assertEqual, assertThat } from '../assert.ts'
import type { BackendCase } from '../types.ts'

const DURABILITIES: readonly unknown[] = ['none', 'process', 'power']

export const traitsCases: readonly BackendCase[] = [
  {
    id: 'traits/sane',
    title: 'the traits are in range once the store is open',
    async run({ backend }) {
      const { durability, maxBlockBytes = 1, concurrency = 1 } = backend.traits
      assertThat('traits.durability', DURABILITIES.includes(durability), 'none, process or power', durability)
      assertThat(
        'traits.maxBlockBytes',
        Number.isSafeInteger(maxBlockBytes) && maxBlockBytes > 0,
        'undefined, or a whole number of bytes above 0',
        maxBlockBytes,
      )
      assertThat('traits.concurrency', concurrency >= 1, 'undefined, or at least 1', concurrency)
    },
  },
  {
    id: 'traits/type-is-a-short-name',
    title: 'the type is a short name for messages and metrics',
    async run({ backend: { type } }) {
      assertThat('type', /^[a-z][a-z0-9-]{0,31}$/.test(type), 'a to z, 0 to 9 and -, at most 32', type)
    },
  },
  {
    id: 'ping/resolves',
    title: 'ping of a store that works resolves',
    requires: ['ping'],
    async run({ backend, block }) {
      assertEqual('ping of an empty store', await backend.ping?.(), undefined)
      await backend.put(await block())
      assertEqual('ping of a store with a block', await backend.ping?.(), undefined)
    },
  },
]
