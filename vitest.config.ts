import { join } from 'node:path'
import { defineConfig } from 'vitest/config'

const conditions = ['@blockpool/source']

export default defineConfig({
  resolve: {
    conditions,
    alias: {
      // interface-blockstore-tests asks for the assertions of aegir, a tool chain of 1,000 packages; these are the same.
      'aegir/chai': join(import.meta.dirname, 'packages/adapters/helia/test/support/aegir-chai.ts'),
    },
  },
  ssr: { resolve: { conditions } },
  test: {
    include: ['packages/**/test/**/*.test.ts', 'test/**/*.test.ts', 'examples/**/test/**/*.test.ts'],
    // An alias is followed only in what vitest transforms.
    server: { deps: { inline: ['interface-blockstore-tests'] } },
    testTimeout: 30_000,
    // Many tests wait for servers, processes and disks: one more than vitest takes on two cores.
    maxWorkers: 2,
  },
})
