import { type Backend, byPriority, memory } from '@blockpool/core'
import { describe, expect, test } from 'vitest'
import {
  type BackendCase,
  backendCases,
  type CaseResult,
  type CreateBackend,
  runBackendCases,
  runStrategyLaws,
  strategyLaws,
} from '../src/index.ts'
import { planFor, runBackendCase } from '../src/run.ts'
import { disk } from './doubles/disk.ts'

const SEED = 1
const plan = planFor([], { timeoutMs: 100, seed: SEED })
const create: CreateBackend = async () => ({ backend: memory() })

function caseOf(run: BackendCase['run'], requires: BackendCase['requires'] = []): BackendCase {
  return { id: 'a/case', title: 'a case', requires, run }
}

async function all(results: AsyncIterable<CaseResult>): Promise<CaseResult[]> {
  const gathered = []
  for await (const result of results) gathered.push(result)
  return gathered
}

test('runBackendCases tells how each case ended, in order', async () => {
  const results = await all(runBackendCases(disk))
  expect(results.map(({ id }) => id)).toEqual(backendCases.map(({ id }) => id))
  expect(results.filter(({ status }) => status !== 'passed')).toEqual([])
})

test('runStrategyLaws tells how each law ended, in order', async () => {
  const results = await all(runStrategyLaws(byPriority))
  expect(results.map(({ id }) => id)).toEqual(strategyLaws.map(({ id }) => id))
  expect(results.filter(({ status }) => status === 'failed')).toEqual([])
})

describe('a skip', () => {
  test('reports the case as skipped with the reason, and does not run it', async () => {
    const skip = { 'get/unknown-is-undefined': 'on purpose', 'ping/resolves': 'as well' }
    const results = await all(runBackendCases(disk, { skip }))
    const skipped = results.filter(({ status }) => status === 'skipped')
    expect(skipped).toMatchObject([
      { id: 'get/unknown-is-undefined', reason: 'on purpose' },
      { id: 'ping/resolves', reason: 'as well' },
    ])
  })

  test('of an unknown id is an error before anything runs', async () => {
    let created = 0
    const counting: CreateBackend = () => {
      created++
      return create()
    }
    await expect(all(runBackendCases(counting, { skip: { 'get/nothing': 'why' } }))).rejects.toThrow()
    await expect(all(runStrategyLaws(byPriority, { skip: { 'get/nothing': 'why' } }))).rejects.toThrow()
    expect(created).toBe(0)
  })

  test('without a reason is an error', async () => {
    await expect(all(runBackendCases(create, { skip: { 'ping/resolves': ' ' } }))).rejects.toThrow()
  })
})

describe('a case', () => {
  test('that needs what the store does not have is skipped with that reason', async () => {
    const result = await runBackendCase(
      caseOf(async () => {}, ['reopen']),
      create,
      plan,
    )
    expect(result).toMatchObject({ status: 'skipped', reason: expect.stringContaining('reopen') })
  })

  test('that never ends fails', async () => {
    const result = await runBackendCase(
      caseOf(() => new Promise(() => {})),
      create,
      plan,
    )
    expect(result.status).toBe('failed')
  })

  test('that fails names its id, its seed and the cause', async () => {
    const cause = new Error('the cause')
    const result = await runBackendCase(
      caseOf(() => Promise.reject(cause)),
      create,
      plan,
    )
    if (result.status !== 'failed') throw new Error('it did not fail')
    expect(result.error.cause).toBe(cause)
    expect(result.error.message).toContain('a/case')
    expect(result.error.message).toContain(`seed ${SEED}`)
  })

  test('draws the same blocks from the same seed', async () => {
    const cids: string[] = []
    const record = caseOf(async ({ block }) => void cids.push(String((await block()).cid)))
    await runBackendCase(record, create, plan)
    await runBackendCase(record, create, plan)
    expect(cids[0]).toBe(cids[1])
  })
})

describe('the stores of a case', () => {
  function tracked(): { readonly create: CreateBackend; readonly log: string[] } {
    const log: string[] = []
    const backendOf = (name: string): Backend => {
      const inner = memory()
      return Object.assign(Object.create(null), {
        type: inner.type,
        traits: inner.traits,
        open: async () => void log.push(`open ${name}`),
        close: async () => void log.push(`close ${name}`),
      })
    }
    let made = 0
    const create: CreateBackend = async () => {
      const name = `store ${++made}`
      return {
        backend: backendOf(name),
        reopen: async () => backendOf(`${name} again`),
        dispose: async () => void log.push(`dispose ${name}`),
      }
    }
    return { create, log }
  }

  test('are opened, closed and disposed of', async () => {
    const { create, log } = tracked()
    await runBackendCase(
      caseOf(async ({ another }) => void (await another())),
      create,
      plan,
    )
    expect(log).toEqual([
      'open store 1',
      'open store 2',
      'close store 1',
      'dispose store 1',
      'close store 2',
      'dispose store 2',
    ])
  })

  test('are closed before they are reopened', async () => {
    const { create, log } = tracked()
    await runBackendCase(
      caseOf(({ reopen }) => reopen()),
      create,
      plan,
    )
    expect(log).toEqual([
      'open store 1',
      'close store 1',
      'open store 1 again',
      'close store 1 again',
      'dispose store 1',
    ])
  })

  test('are disposed of when the case fails, and when open does', async () => {
    const { create, log } = tracked()
    await runBackendCase(
      caseOf(() => Promise.reject(new Error('no'))),
      create,
      plan,
    )
    expect(log).toContain('dispose store 1')
    const unopened: CreateBackend = async () => {
      const made = await create()
      return { ...made, backend: { ...made.backend, open: () => Promise.reject(new Error('no')) } }
    }
    const result = await runBackendCase(
      caseOf(async () => {}),
      unopened,
      plan,
    )
    expect(result.status).toBe('failed')
    expect(log).toContain('dispose store 2')
  })

  test('that cannot be disposed of fail the case', async () => {
    const result = await runBackendCase(
      caseOf(async () => {}),
      async () => ({ ...(await create()), dispose: () => Promise.reject(new Error('no')) }),
      plan,
    )
    expect(result.status).toBe('failed')
  })
})
