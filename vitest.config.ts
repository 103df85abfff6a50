import { defineConfig } from 'vitest/config'

const conditions = ['@blockpool/source']

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: ['packages/**/test/**/*.test.ts', 'test/**/*.test.ts', 'examples/**/test/**/*.test.ts'],
    testTimeout: 30_000,
  },
})
