import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { testBackend } from '@blockpool/conformance/vitest'
import { jsonLines } from '../src/index.ts'

testBackend('json-lines', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'json-lines-'))
  const reopen = async () => jsonLines(join(folder, 'blocks.jsonl'))
  return { backend: await reopen(), reopen, dispose: () => rm(folder, { recursive: true }) }
})
