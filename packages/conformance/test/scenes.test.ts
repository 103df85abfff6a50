import { expect, test } from 'vitest'
import { createScenes } from '../src/laws/scenes.ts'
import { createRandom } from '../src/random.ts'

const scenes = createScenes(createRandom(1))

test('scenes follow from the seed', () => {
  const text = (seed: number): string => JSON.stringify(createScenes(createRandom(seed)))
  expect(text(1)).toBe(text(1))
  expect(text(1)).not.toBe(text(2))
})

test('candidates come ordered by priority, highest first, then by id', () => {
  for (const { candidates } of scenes) {
    const sorted = candidates.toSorted((a, b) => b.priority - a.priority || (a.id < b.id ? -1 : 1))
    expect(candidates).toEqual(sorted)
  }
})

test('reads know no size, writes do, and both occur', () => {
  expect(new Set(scenes.map(({ request }) => request.op))).toEqual(new Set(['read', 'write']))
  for (const { request } of scenes) expect(request.size === undefined).toBe(request.op === 'read')
})

test('nothing in a scene can be changed', () => {
  for (const { request, candidates } of scenes) {
    expect([request, candidates, ...candidates].every(Object.isFrozen)).toBe(true)
  }
})
