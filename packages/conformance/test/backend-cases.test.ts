import { memory } from '@blockpool/core'
import { describe, expect, test } from 'vitest'
import { backendCases } from '../src/index.ts'
import { planFor, runBackendCase } from '../src/run.ts'
import { testBackend } from '../src/vitest.ts'
import { disk } from './doubles/disk.ts'
import { brokenBackends } from './doubles/index.ts'
import { rootCause } from './support.ts'

testBackend('memory keeps every promise', async () => ({ backend: memory() }))
testBackend('a store that outlives close keeps every promise', disk)

describe('each broken backend is caught by the case that is named for it', () => {
  test.each(brokenBackends)('$caughtBy: $bug', async ({ caughtBy, create, timeoutMs = 5000 }) => {
    const named = backendCases.find(({ id }) => id === caughtBy)
    if (!named) throw new Error(`there is no case '${caughtBy}'`)
    const result = await runBackendCase(named, create, planFor(backendCases, { timeoutMs, seed: 1 }))
    expect(result.status).toBe('failed')
    // It fails for what the backend did, not for a slip in the double.
    if (result.status === 'failed') expect(rootCause(result.error)).not.toMatchObject({ name: 'TypeError' })
  })
})

test('every case catches a broken backend', () => {
  const caught = new Set(brokenBackends.map(({ caughtBy }) => caughtBy))
  expect(backendCases.map(({ id }) => id).filter((id) => !caught.has(id))).toEqual([])
})

test('every case has an id of its own, made of topic and promise', () => {
  const ids = backendCases.map(({ id }) => id)
  expect(new Set(ids).size).toBe(ids.length)
  for (const id of ids) expect(id).toMatch(/^[a-z]+\/[a-z0-9-]+$/)
})
