import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const program = join(import.meta.dirname, '../src/main.ts')

test('every byte comes out although the disk is taken away and copies are damaged', async () => {
  const words = ['--conditions=@blockpool/source', program, '--json']
  const env = { ...process.env, NODE_OPTIONS: '' }
  const { stdout } = await promisify(execFile)(process.execPath, words, { env })
  const report = JSON.parse(stdout)
  expect(report).toMatchObject({ identical: true, corrupt: 16, repaired: 16 })
  expect(report.files).toBeGreaterThan(10)
  expect(report.backends.disk.errors).toBeGreaterThan(0)
}, 60_000)
