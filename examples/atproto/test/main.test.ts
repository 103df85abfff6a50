import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const main = join(import.meta.dirname, '..', 'src', 'main.ts')

test('deletes half of the posts with their blocks, and verifies the rest while a backend is away', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'blockpool-example-atproto-'))
  try {
    const args = ['--conditions=@blockpool/source', main]
    const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: folder })
    const [all, half, verified] = stdout.trim().split('\n')
    const blocks = (line = ''): number => Number(/(\d+) blocks$/.exec(line)?.[1])
    expect(blocks(all)).toBeGreaterThan(100)
    expect(blocks(half)).toBeGreaterThan(50)
    expect(blocks(half)).toBeLessThan(100)
    expect(verified).toMatch(/ 50 posts, verified$/)
  } finally {
    await rm(folder, { recursive: true })
  }
})

test('is a program of under 40 lines', async () => {
  expect((await readFile(main, 'utf8')).split('\n').length).toBeLessThan(40)
})
