import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { testBackend } from '@blockpool/conformance/node-test'
import { myStore } from '../src/backend.ts'

// Each case gets a new, empty store; `reopen` is another instance over the same data.
testBackend('my-store', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'my-store-'))
  const reopen = async () => myStore({ path: join(folder, 'store') })
  return { backend: await reopen(), reopen, dispose: () => rm(folder, { recursive: true }) }
})
