import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { testBackend } from '@blockpool/conformance/vitest'
import { sqlite } from '@blockpool/sqlite'
import Database from 'better-sqlite3'
import { temporaryFolder } from './temporary.ts'

for (const synchronous of ['full', 'normal'] as const) {
  testBackend(`sqlite in a file, synchronous ${synchronous}`, async () => {
    const folder = await temporaryFolder()
    const create = () => sqlite({ path: join(folder, 'blocks.db'), synchronous })
    return { backend: create(), reopen: async () => create(), dispose: () => rm(folder, { recursive: true }) }
  })
}

testBackend('sqlite in memory', async () => ({ backend: sqlite(':memory:') }))

testBackend('sqlite over a given database', async () => {
  const database = new Database(':memory:')
  const create = () => sqlite({ database })
  return { backend: create(), reopen: async () => create(), dispose: async () => void database.close() }
})
