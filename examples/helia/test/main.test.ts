import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const main = join(import.meta.dirname, '..', 'src', 'main.ts')

test('adds two files, reads them back, and has each in the tier for its size', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'blockpool-example-helia-'))
  try {
    const args = ['--conditions=@blockpool/source', main]
    const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: folder })
    const [note, film, tiers] = stdout.trim().split('\n')
    expect(note).toMatch(/^baf\w+ 6$/)
    expect(film).toMatch(/^baf\w+ 3000000$/)
    expect(tiers).toMatch(/^hot [1-9]\d*, cold [1-9]\d*$/)
  } finally {
    await rm(folder, { recursive: true })
  }
})

test('is a program of under 40 lines', async () => {
  expect((await readFile(main, 'utf8')).split('\n').length).toBeLessThan(40)
})
