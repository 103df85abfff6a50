import { type Lap, type Metric, type Race, runRace } from '@blockpool/bench'
import { expect, test, vi } from 'vitest'

const speed: Metric = {
  unit: 'ops/s',
  better: 'more',
  goals: { slow: { atLeast: 2 }, quick: { atLeast: 2 } },
}

function race(contenders: Record<string, Lap> & { readonly ours: Lap }, more: Partial<Race> = {}): Race {
  return {
    id: 'topic/x1',
    title: 'work',
    metrics: { speed },
    warmUpMs: 0,
    start: async () => ({ contenders, close: async () => {} }),
    ...more,
  }
}

const lap = (...figures: number[]): Lap => {
  let round = 0
  return async () => ({ speed: figures[round++] ?? Number.NaN })
}

test('contenders take turns, and who went first goes last', async () => {
  const order: string[] = []
  const note = (name: string) => async () => {
    order.push(name)
    return { speed: 1 }
  }
  await runRace('topic', race({ ours: note('ours'), slow: note('slow') }), { rounds: 3, quick: true })
  expect(order).toEqual(['ours', 'slow', 'slow', 'ours', 'ours', 'slow'])
})

test('a row for each peer, with medians, that of the ratios, too, and whether the goal is met', async () => {
  const rows = await runRace(
    'topic',
    race({ ours: lap(30, 10, 20), slow: lap(5, 4, 6), quick: lap(20, 20, 20) }),
    { rounds: 3, quick: true },
  )
  expect(rows).toMatchObject([
    {
      id: 'topic/x1/speed/slow',
      topic: 'topic',
      ours: 20,
      peer: 5,
      ratio: 10 / 3,
      goal: '≥ 2 ×',
      met: true,
      rounds: 3,
    },
    { id: 'topic/x1/speed/quick', ours: 20, peer: 20, ratio: 1, met: false },
  ])
})

test('a bound on our own figure needs no peer, and may be one from above', async () => {
  const goals = { none: { of: 'ours', atMost: 8 } } as const
  const bytes: Metric = { unit: 'bytes', better: 'less', goals }
  const rows = await runRace('topic', race({ ours: lap(7, 7) }, { metrics: { speed: bytes } }), {
    rounds: 2,
    quick: true,
  })
  expect(rows).toMatchObject([
    { against: null, peer: null, ratio: null, goal: '≤ 8 bytes', met: true, spread: 0 },
  ])
})

test('a peer that does not know a metric has no row of it', async () => {
  const rows = await runRace('topic', race({ ours: lap(1), slow: async () => ({}) }), {
    rounds: 1,
    quick: true,
  })
  expect(rows.map(({ against }) => against)).toEqual([null])
})

test('laps that warm up do not count', async () => {
  let laps = 0
  const ours = async () => ({ speed: ++laps })
  const [row] = await runRace('topic', race({ ours }, { warmUpMs: 20 }), { rounds: 1, quick: false })
  expect(row?.ours).toBe(laps)
  expect(laps).toBeGreaterThan(2)
})

test('each contender warms up for its own time, however long the others take', async () => {
  let now = 0
  const clock = vi.spyOn(performance, 'now').mockImplementation(() => now)
  const laps = { ours: 0, slow: 0 }
  const taking = (name: keyof typeof laps, ms: number) => async () => {
    laps[name] += 1
    now += ms
    return { speed: 1 }
  }
  const contenders = { ours: taking('ours', 4), slow: taking('slow', 50) }
  await runRace('topic', race(contenders, { warmUpMs: 40 }), { rounds: 1, quick: false })
  clock.mockRestore()
  expect(laps).toEqual({ ours: 10 + 1, slow: 1 + 1 })
})

test('a race that takes long says how many rounds are enough, and is closed whatever happens', async () => {
  let closed = 0
  const close = async () => void closed++
  const failing = async () => {
    throw new TypeError('no disk')
  }
  const start = (ours: Lap) => async () => ({ contenders: { ours }, close })
  const [row] = await runRace('topic', race({ ours: lap(1) }, { start: start(lap(1, 1)), maxRounds: 2 }), {
    rounds: 7,
    quick: true,
  })
  expect(row?.rounds).toBe(2)
  await expect(
    runRace('topic', race({ ours: failing }, { start: start(failing) }), { rounds: 1, quick: true }),
  ).rejects.toThrow(TypeError)
  expect(closed).toBe(2)
})

test('while a goal is close, met or not, there are more rounds, but only so many', async () => {
  const peer = async () => ({ speed: 10 })
  const roundsOf = async (ours: Lap, quick = false) => {
    const [row] = await runRace('topic', race({ ours, slow: peer }), { rounds: 2, quick })
    return [row?.rounds, row?.met, row?.close]
  }
  expect(await roundsOf(lap(30, 31))).toEqual([2, true, false])
  expect(await roundsOf(lap(16, 22, 30, 30, 30))).toEqual([4, true, false])
  expect(await roundsOf(lap(24, 18, 10, 10, 10))).toEqual([4, false, false])
  expect(await roundsOf(lap(15, 25, 15, 25, 15, 25, 15, 25, 15, 25, 30))).toEqual([10, true, true])
  expect(await roundsOf(lap(19, 19, 14, 14, 14))).toEqual([4, false, false])
  expect(await roundsOf(lap(15, 30), true)).toEqual([2, true, true])
})
