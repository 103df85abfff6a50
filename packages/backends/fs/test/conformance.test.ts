import { testBackend } from '@blockpool/conformance/vitest'
import { fs } from '../src/index.ts'
import { emptyStores } from './support/stores.ts'

const stores = emptyStores()

for (const durability of ['power', 'process'] as const) {
  testBackend(`fs, durability ${durability}`, async () => {
    const path = stores.take()
    return {
      backend: fs({ path, durability }),
      reopen: async () => fs({ path, durability }),
      dispose: async () => stores.giveBack(path),
    }
  })
}
