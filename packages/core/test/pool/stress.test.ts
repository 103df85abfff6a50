import { describe, expect, test } from 'vitest'
import { randomStream } from '../../src/random.ts'
import { block, same } from '../support/blocks.ts'
import { contextOf } from '../support/context.ts'
import { poolOf } from '../support/pool.ts'
import { type Draw, Stress, trouble } from '../support/stress.ts'

const BLOCKS = 24
const STEPS = 500
const TIMEOUT_MS = 200

async function stressed(seed: number) {
  const uint32 = randomStream(seed)
  const draw: Draw = (below) => uint32() % below
  const member = {
    timeoutMs: TIMEOUT_MS,
    concurrency: 1 + draw(4),
    lateEffects: draw(2) === 0,
    closeWaits: true,
  }
  const scene = await poolOf(
    { a: member, b: member, c: member, d: member },
    { copies: 2 + draw(2), writeQuorum: 2, seed, healthIntervalMs: 1_000 },
  )
  const options = { ...scene, draw, blocks: BLOCKS, timeoutMs: TIMEOUT_MS } as never
  const stress = new Stress(options)
  const { pool, clock, on } = scene
  for (const [id, backend] of Object.entries(on)) trouble(backend, options, id === 'd')
  for (let step = 0; step < STEPS; step++) {
    for (let i = draw(4); i >= 0; i--) stress.step()
    await clock.advance(draw(30))
  }

  for (const backend of Object.values(on)) backend.up()
  const ended = Promise.all([stress.ended(), pool.settled()])
  await clock.advance(60_000)
  await ended
  await stress.restore()
  for (const id of ['a', 'b', 'c', 'd'] as const) pool.setHealth(id, true)
  await clock.advance(5_000)
  return { ...scene, stress }
}

describe('whatever goes wrong, and whoever gives up', () => {
  test.each([1, 2, 3, 4, 5, 6, 7, 8])(
    'the promises hold and nothing is left behind, seed %d',
    async (seed) => {
      const { pool, clock, stress } = await stressed(seed)
      const context = contextOf(pool)
      for (let n = 0; n < BLOCKS; n++) {
        const { certain } = stress.history(n)
        const found = await pool.get(block(n).cid).catch((error) => error.code)
        if (certain === 'present') expect([n, same(found, block(n).bytes)]).toEqual([n, true])
        if (certain === 'absent') expect([n, found]).toEqual([n, undefined])
      }
      await stress.list()
      expect(stress.violations).toEqual([])

      const settled = pool.settled()
      await clock.advance(5_000)
      await settled
      const { turns, flights, behind, unsettled, listings } = context
      expect([turns.size, flights.size, behind.size, unsettled.isEmpty, listings.size]).toEqual([
        0,
        0,
        0,
        true,
        0,
      ])
      for (const { counts, inFlight, reservedBytes } of context.members.all) {
        expect([inFlight, reservedBytes]).toEqual([0, 0])
        expect(counts.operations).toBe(counts.ok + counts.missing + counts.errors + counts.aborted)
      }
      await pool.close()
      expect(clock.scheduled).toBe(0)
    },
  )
})
