import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { asJson, figure, plotsOf, type Row, rowOf, writePage } from '@blockpool/bench'
import { expect, test } from 'vitest'

const shape = {
  unit: 'ops/s',
  better: 'more',
  goals: { peer: { atLeast: 3, limit: { by: 'hashing', because: 'it has to be done' } } },
} as const
const subject = { topic: 'memory', race: 'memory/1KiB', title: 'memory, 1 KiB', metric: 'get', shape }
const missed = rowOf(subject, [20_000], { name: 'peer', figures: [10_000] })
const limited = rowOf(subject, [20_000], { name: 'peer', figures: [10_000] }, limitAt(21_000))
const other = rowOf(subject, [20_000], { name: 'another', figures: [40_000] })

/** Figures of a race in which the limit is as fast as this. */
function limitAt(figure: number) {
  return (name: string): readonly number[] => [name === 'hashing' ? figure : 10_000]
}

function grown(against: string, peer: number): Row {
  const title = 'sqlite, 10^7 blocks'
  const metric = {
    topic: 'growth',
    race: 'growth/sqlite',
    title,
    metric: 'get',
    shape: { unit: 'ops/s', better: 'more' },
  } as const
  return rowOf(metric, [100], { name: against, figures: [peer] })
}

const report = asJson({
  rows: [missed, limited, other, grown('10^4 blocks', 200), grown('10^5 blocks', 150)],
  leftOut: [{ race: 's3-ceph/1KiB', missing: ['ceph'] }],
  failed: [],
})

test('JSON has every case with the fields that are promised, and the versions of the peers', () => {
  const { cases, environment } = JSON.parse(JSON.stringify(report)) as typeof report
  expect(cases[0]).toMatchObject({
    id: 'memory/1KiB/get/peer',
    ours: 20_000,
    peer: 10_000,
    ratio: 2,
    unit: 'ops/s',
    spread: 0,
    goal: '≥ 3 ×',
    met: false,
  })
  expect(cases[2]).toMatchObject({ goal: null, met: null })
  expect(environment.node).toBe(process.versions.node)
  expect(environment.packages['blockstore-core']).toMatch(/^\d+\.\d+/)
})

test('the page has the command, the goals, all peers of a case in one line, what was left out, and its plots', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'blockpool-bench-test-'))
  try {
    const topics = [{ id: 'memory', title: 'Memory' }]
    const page = await readFile(await writePage(folder, report, topics, 'pnpm bench --write'), 'utf8')
    expect(page).toContain('`pnpm bench --write`')
    expect(page).toMatch(/\| memory, 1 KiB, get \| peer .*≥ 3 × \| no \|/)
    expect(page).toMatch(/≥ 3 ×, reachable ≥ 1.89 × \| yes; hashing reaches 2.1 ×: it has to be done \|/)
    expect(page).toMatch(/\| memory, 1 KiB, get \| ops\/s \| 20 k \| 10 k · 2 × .*\| 40 k · 0.5 ×/)
    expect(page).toContain('s3-ceph/1KiB: ceph')
    const images = await readdir(join(folder, 'benchmarks'))
    for (const [, image] of page.matchAll(/\]\(benchmarks\/(.+)\)/g)) expect(images).toContain(image)
    expect(images).toHaveLength(2)
  } finally {
    await rm(folder, { recursive: true })
  }
})

test('a goal that the limit misses, too, is met near the limit', () => {
  expect(limited).toMatchObject({ goal: '≥ 3 ×', reachable: '≥ 1.89 ×', met: true })
  expect(limited.limit).toEqual({ by: 'hashing', value: 2.1, because: 'it has to be done' })
  const far = rowOf(subject, [20_000], { name: 'peer', figures: [10_000] }, limitAt(29_000))
  expect(far).toMatchObject({ reachable: '≥ 2.61 ×', met: false })
})

test('a goal that the limit meets stands', () => {
  const row = rowOf(subject, [20_000], { name: 'peer', figures: [10_000] }, limitAt(31_000))
  expect(row).toMatchObject({ reachable: null, met: false, limit: { value: 3.1 } })
})

test('a limit that did not run changes nothing', () => {
  expect(missed).toMatchObject({ reachable: null, met: false, limit: null })
})

test('growth is drawn from the smallest store to ours', () => {
  const plot = plotsOf(report.cases).find(({ name }) => name.startsWith('growth'))
  const points = /points="([^"]+)"/
    .exec(plot?.svg ?? '')?.[1]
    ?.split(' ')
    .map((point) => point.split(',').map(Number))
  expect(points).toHaveLength(3)
  const [first, , last] = points ?? []
  // Right of the first, and lower: y grows downwards.
  expect(last?.[0]).toBeGreaterThan(first?.[0] ?? Number.NaN)
  expect(last?.[1]).toBeGreaterThan(first?.[1] ?? Number.NaN)
})

test.each([
  [0.001234, '0.00123'],
  [5.678, '5.68'],
  [9_994, '9,994'],
  [12_345, '12.3 k'],
  [1_234_567, '1.23 M'],
  [Number.NaN, '–'],
])('%d is shown as %s', (value, text) => {
  expect(figure(value)).toBe(text)
})
