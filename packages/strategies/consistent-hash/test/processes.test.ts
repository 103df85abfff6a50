import { consistentHash } from '@blockpool/consistent-hash'
import { temporaryFolder } from '@blockpool/test-services'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { candidates, many } from '../../test/candidates.ts'
import { endPools, type PoolProcess, startPool, type Told } from './support/processes.ts'

const BACKENDS = ['a', 'b', 'c', 'd', 'e', 'f', 'g']
const NEW = 'new'
const BLOCKS = 300

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let seed = 0

beforeEach(async () => {
  folder = await temporaryFolder()
})

afterEach(async () => {
  await endPools()
  await folder.remove()
})

/** A process with a pool over these files, a journal of its own in memory, no hints, and a seed that no other one has. */
function start(copies: number, backends = BACKENDS, readOnly: readonly string[] = []): Promise<PoolProcess> {
  return startPool({ folder: folder.path, backends, readOnly, copies, seed: ++seed })
}

function total({ asked }: Told): number {
  return Object.values(asked).reduce((a, b) => a + b, 0)
}

/** For each backend how many of the blocks it is the first for. */
function firsts(ids: readonly string[], from: number, to: number): Record<string, number> {
  const among = candidates(Object.fromEntries(ids.map((id) => [id, {}])))
  const strategy = consistentHash()
  const first = many(to)
    .slice(from)
    .map((block) => strategy.rank(block, among)[0]?.id)
  return Object.fromEntries(ids.map((id) => [id, first.filter((each) => each === id).length]))
}

describe.each([1, 2])('two processes that never speak, with %d copies', (copies) => {
  test('find what the other one has put, and ask one backend for each block', async () => {
    const [one, other] = await Promise.all([start(copies), start(copies)])
    await one.put(0, BLOCKS)
    await other.put(BLOCKS, 2 * BLOCKS)
    for (const [reader, from] of [
      [other, 0],
      [one, BLOCKS],
    ] as const) {
      const told = await reader.get(from, from + BLOCKS)
      expect(told.missed).toBe(0)
      expect(told.asked).toEqual(firsts(BACKENDS, from, from + BLOCKS))
    }
  })

  test('find blocks that would go to a new backend now: all are asked for those, and one for the others', async () => {
    const before = await start(copies)
    await before.put(0, BLOCKS)
    const after = await start(copies, [...BACKENDS, NEW])
    const told = await after.get(0, BLOCKS)
    const moved = firsts([...BACKENDS, NEW], 0, BLOCKS)[NEW] ?? 0
    expect(moved).toBeGreaterThan(0)
    expect(told.missed).toBe(0)
    expect(told.asked[NEW]).toBe(moved)
    expect(total(told)).toBe(BLOCKS + moved * BACKENDS.length)
  })

  test('never miss a block while a new backend comes, if it takes no writes before all know it', async () => {
    const old = await start(copies)
    const knows = await start(copies, [...BACKENDS, NEW], [NEW])
    await knows.put(0, BLOCKS)
    expect(await old.get(0, BLOCKS)).toMatchObject({ missed: 0 })
    const uses = await start(copies, [...BACKENDS, NEW])
    await uses.put(BLOCKS, 2 * BLOCKS)
    const told = await knows.get(BLOCKS, 2 * BLOCKS)
    expect(told.missed).toBe(0)
    expect(told.asked).toEqual(firsts([...BACKENDS, NEW], BLOCKS, 2 * BLOCKS))
  })
})
