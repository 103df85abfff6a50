import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { writeFiles } from '../src/write-files.ts'

/** A device that takes three bytes at a time. */
vi.mock('node:fs', async (original) => {
  const real = await original<typeof import('node:fs')>()
  const writeSync = (fd: number, bytes: Uint8Array, at: number, length: number, position: number | null) =>
    real.writeSync(fd, bytes, at, Math.min(length, 3), position)
  return { ...real, writeSync }
})

test('goes on where a write stopped', () => {
  const folder = mkdtempSync(join(tmpdir(), 'blockpool-fs-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const bytes = Uint8Array.from({ length: 15 }, (_, i) => i)
  const file = (name: string, size: number) => [join(folder, `t${name}`), join(folder, name), size] as const
  expect(writeFiles([file('a', 8), file('b', 7)], bytes)).toEqual([])
  expect([...readFileSync(join(folder, 'a'))]).toEqual([...bytes.subarray(0, 8)])
  expect([...readFileSync(join(folder, 'b'))]).toEqual([...bytes.subarray(8)])
})
