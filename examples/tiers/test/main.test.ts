import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { redisNeeded } from '@blockpool/test-services'
import { expect, test } from 'vitest'

const program = join(import.meta.dirname, '../src/main.ts')

test.runIf(redisNeeded())(
  'puts every block into memory, Redis and S3, and reads it from memory',
  async () => {
    const words = ['--conditions=@blockpool/source', program]
    const env = { ...process.env, NODE_OPTIONS: '', REDIS_URL: '', S3_URL: '' }
    const { stdout } = await promisify(execFile)(process.execPath, words, { env })
    expect(stdout.match(/ are in front, warm, cold$/gm)).toHaveLength(5)
    expect(stdout).toMatch(/^front \(survives: none\): 5 blocks, .* 5 reads$/m)
    for (const id of ['warm', 'cold'])
      expect(stdout).toMatch(new RegExp(`^${id} \\(survives: power\\): 5 blocks`, 'm'))
  },
)
