import { expect, test } from 'vitest'
import { type ScenarioOptions, type Step, scenario } from '../src/index.ts'

const put = (block = 0): Step => ({ do: 'put', block })
const del = (block = 0): Step => ({ do: 'delete', block })
const pass = (ms: number): Step => ({ do: 'pass', ms })
const settle: Step = { do: 'settle' }
const is = (answer: 'present' | 'absent' | 'unknown', block = 0): Step => ({
  do: 'expect',
  block,
  is: answer,
})
const fault = (disk: number, kind: Extract<Step, { do: 'fault' }>['kind'], calls = 1): Step => ({
  do: 'fault',
  disk,
  kind,
  calls,
  forMs: 60_000,
})

async function holds(steps: readonly Step[], options?: ScenarioOptions): Promise<void> {
  const { violations, lines } = await scenario(steps, options)
  expect(
    violations.map(({ rule, message }) => `${rule}: ${message}`),
    lines?.join('\n'),
  ).toEqual([])
}

for (let seed = 1; seed <= 10; seed++) {
  test(`a late delete does not take an acknowledged put with it (seed ${seed})`, () =>
    holds(
      [
        put(),
        settle,
        fault(0, 'effect after the timeout'),
        del(),
        settle,
        put(),
        settle,
        pass(10_000),
        is('present'),
      ],
      {
        seed,
      },
    ))

  test(`a late put does not bring a deleted block back (seed ${seed})`, () =>
    holds(
      [
        fault(0, 'effect after the timeout'),
        put(),
        settle,
        pass(5_000),
        del(),
        settle,
        pass(10_000),
        is('absent'),
      ],
      {
        seed,
      },
    ))
}

test('the empty mount point of a store says nothing', () =>
  holds([
    put(),
    settle,
    { do: 'unmount', disk: 0, forMs: 20_000 },
    pass(2_000),
    is('unknown'),
    pass(60_000),
    is('present'),
  ]))

test('a store that was swapped for an empty one says nothing', () =>
  holds([put(), settle, { do: 'swap', disk: 0, hasId: true, fixMs: 90_000 }, pass(2_000), is('unknown')]))

test('a block that is deleted while a backend is out is not there when that backend was adopted again', () =>
  holds(
    [
      put(),
      settle,
      { do: 'remove', disk: 0, force: true },
      settle,
      del(),
      settle,
      // Adopting would be a put of it.
      { do: 'add', disk: 0, adopt: false },
      settle,
      is('absent'),
    ],
    { copies: 2 },
  ))

test('a backend is drained before it is removed', () =>
  holds([put(), settle, { do: 'remove', disk: 0, force: false }, settle, is('present')]))

test('repair does not bring back what was deleted', () =>
  holds(
    [
      put(),
      settle,
      { do: 'rot', disk: 0, kind: 'bit flip' },
      { do: 'get', block: 0 },
      del(),
      settle,
      pass(5_000),
      is('absent'),
    ],
    { copies: 2 },
  ))

test('a bit that flips on one disk is healed from the other', () =>
  holds(
    [
      put(),
      settle,
      { do: 'rot', disk: 0, kind: 'bit flip' },
      is('present'),
      pass(5_000),
      { do: 'rot', disk: 1, kind: 'bit flip' },
      is('present'),
    ],
    { copies: 2, world: { writeQuorum: 'all' } },
  ))

test('copies that are all damaged are an error, never an absence', () =>
  holds([put(), settle, { do: 'rot', disk: 0, kind: 'truncation' }, is('unknown')]))

test('one dead disk fails no write at a quorum of 2 of 3, and no read', () =>
  holds(
    [
      put(0),
      settle,
      fault(0, 'EIO', 1_000),
      put(1),
      put(2),
      settle,
      is('present', 0),
      is('present', 1),
      is('present', 2),
    ],
    {
      copies: 3,
      disks: [{}, {}, {}],
      world: { faults: [], operated: false },
    },
  ))

test('a put whose backend reports an error after the effect goes elsewhere, and a delete reaches both', () =>
  holds([fault(0, 'error after effect'), put(), settle, is('present'), del(), settle, is('absent')]))

test('what was acknowledged survives a crash on disks that are durable', () =>
  holds([put(0), settle, put(1), { do: 'crash' }, is('present', 0)], { disks: [{ latencyMs: 10 }, {}] }))
