import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { expect, test } from 'vitest'
import { atprotoStorage } from '../src/index.ts'
import { indexIn, openPool, temporaryFolder } from './support/pool.ts'
import { ALICE, blocksOfRepo, stored, textOf } from './support/repos.ts'

const program = join(import.meta.dirname, 'support', 'committer-process.ts')

/** Kills it after so many acknowledged commits; the number of the last one, and the key that signed it. */
async function killAfter(folder: string, commits: number): Promise<{ last: number; signer: string }> {
  const child = spawn(process.execPath, ['--conditions=@blockpool/source', program, folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = once(child, 'close')
  let last = 0
  let signer = ''
  let lines = 0
  for await (const line of createInterface({ input: child.stdout })) {
    if (line.startsWith('did:key:')) {
      signer = line
      continue
    }
    last = Number(line)
    lines += 1
    if (lines === commits) child.kill('SIGKILL')
  }
  await ended
  return { last, signer }
}

test('a process that is killed loses no acknowledged commit, and leaves a whole repository', async () => {
  const folder = await temporaryFolder()
  try {
    for (const commits of [1, 12]) {
      const { last, signer } = await killAfter(folder, commits)
      await using pool = await openPool(folder)
      await using storage = await atprotoStorage({ store: pool, index: indexIn(folder) })
      const alice = storage.repo(ALICE)
      expect(Number(await textOf(alice, 'count'))).toBeGreaterThanOrEqual(last)
      const reachable = await blocksOfRepo(alice, ALICE, signer)
      await storage.collect()
      expect(await stored(pool)).toEqual(reachable)
    }
  } finally {
    await rm(folder, { recursive: true })
  }
})
