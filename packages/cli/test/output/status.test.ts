import { stripVTControlCharacters } from 'node:util'
import { createPool, memory, type StoragePool } from '@blockpool/core'
import { describe, expect, it, onTestFinished } from 'vitest'
import { dollarsPerMonth, formatStatus, isDegraded } from '../../src/index.ts'
import { bytesOf, rawCid } from '../support.ts'

describe('formatStatus', () => {
  it('has a line for each backend and one for the whole', async () => {
    const pool = await makePool()
    const lines = formatStatus(pool.stats()).split('\n')
    expect(lines).toHaveLength(5)
    expect(lines[0]).toMatch(
      /^BACKEND +TYPE +HEALTH +BLOCKS +STORED +USED +READS +WRITES +ERRORS .*\$\/MONTH$/,
    )
    expect(lines[1]).toMatch(/^cold +memory +healthy +1 +1\.0 KiB +50 % +0 +1 +0 /)
    expect(lines[2]).toMatch(/^hot +memory +healthy +1 +1\.0 KiB +– +0 +1 +0 /)
    expect(lines[4]).toContain('2 of 2 backends healthy')
    expect(lines[4]).toContain('2.0 KiB in all copies')
    expect(lines[4]).toContain('by-priority, 2 copies')
  })

  it('says why a backend is not healthy', async () => {
    const pool = await makePool()
    expect(isDegraded(pool.stats())).toBe(false)
    pool.setHealth('hot', false)
    expect(isDegraded(pool.stats())).toBe(true)
    expect(formatStatus(pool.stats())).toContain('set by the operator')
    expect(formatStatus(pool.stats())).toContain('1 of 2 backends healthy')
  })

  it('says the same with colours as without', async () => {
    const stats = (await makePool()).stats()
    const colored = formatStatus(stats, { color: true })
    expect(colored).not.toBe(formatStatus(stats))
    expect(stripVTControlCharacters(colored)).toBe(formatStatus(stats))
  })
})

it('dollarsPerMonth is bytes times price, by 10^9', async () => {
  const { cold } = (await makePool()).stats().backends
  expect(dollarsPerMonth({ ...cold, usedBytes: 2e9, costPerGb: 0.023 })).toBeCloseTo(0.046)
})

async function makePool(): Promise<StoragePool<'hot' | 'cold'>> {
  const pool = await createPool({
    copies: 2,
    backends: { hot: { backend: memory() }, cold: { backend: memory(), capacityBytes: 2_048 } },
  })
  onTestFinished(() => pool.close())
  const bytes = bytesOf(1_024)
  await pool.put({ cid: await rawCid(bytes), bytes })
  await pool.settled()
  return pool
}
