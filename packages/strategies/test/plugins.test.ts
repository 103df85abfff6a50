import { describe, expect, test } from 'vitest'
import type { PluginContext, Strategy, StrategyPlugin } from '../../core/src/index.ts'
import { plugin as consistentHash } from '../consistent-hash/src/index.ts'
import { plugin as costAware } from '../cost-aware/src/index.ts'
import { plugin as latencyAware } from '../latency-aware/src/index.ts'
import { plugin as leastLoaded } from '../least-loaded/src/index.ts'
import { plugin as replicated } from '../replicated/src/index.ts'
import { plugin as roundRobin } from '../round-robin/src/index.ts'
import { plugin as sizeBased } from '../size-based/src/index.ts'
import { candidates, order, read, write } from './candidates.ts'

/** Each plugin by its folder, with options that it takes and options that it refuses. */
const plugins: Record<string, { plugin: StrategyPlugin; takes: unknown[]; refuses: unknown[] }> = {
  'round-robin': { plugin: roundRobin, takes: [], refuses: [{ turns: 2 }] },
  'least-loaded': { plugin: leastLoaded, takes: [], refuses: [{ draws: 3 }] },
  'latency-aware': { plugin: latencyAware, takes: [], refuses: [{ explore: 0.5 }] },
  'consistent-hash': { plugin: consistentHash, takes: [], refuses: [{ replicas: 100 }] },
  'cost-aware': {
    plugin: costAware,
    takes: [{ months: 1 }, { months: 0.5, readsPerMonth: 0 }],
    refuses: [
      { months: 0 },
      { months: '12' },
      { readsPerMonth: -1 },
      { readsPerMonth: Number.NaN },
      { years: 1 },
    ],
  },
  replicated: {
    plugin: replicated,
    takes: [
      { copies: 'all' },
      { copies: 3 },
      { strategy: 'round-robin' },
      { strategy: { type: 'cost-aware' } },
    ],
    refuses: [{ copies: 0 }, { copies: 1.5 }, { copies: 'some' }, { replicas: 2 }],
  },
  'size-based': {
    plugin: sizeBased,
    takes: [
      { within: [] },
      { within: [{ fromBytes: 0, strategy: 'round-robin' }], strategy: { type: 'replicated', copies: 2 } },
    ],
    refuses: [
      { within: [{ strategy: 'round-robin' }] },
      { within: [{ fromBytes: 5 }] },
      { within: [{ fromBytes: -1, strategy: 'round-robin' }] },
      { within: [{ fromBytes: 1, strategy: 'round-robin', copies: 2 }] },
      { tiers: [] },
    ],
  },
}

/** Builds nested strategies from `"type"` or `{ type, …options }`, as configuration does. */
const context: PluginContext = {
  baseDir: '.',
  backend: () => Promise.reject(new Error('no strategy has a backend')),
  strategy: (config) => build(typeof config === 'string' ? { type: config } : (config as { type: string })),
}

async function build({ type, ...options }: { type: string; [option: string]: unknown }): Promise<Strategy> {
  const { plugin } = plugins[type] ?? {}
  if (plugin === undefined) throw new Error(`no strategy '${type}'`)
  const result = await plugin.options['~standard'].validate(options)
  if (result.issues) throw new Error(result.issues.map((issue) => issue.message).join())
  return plugin.create(result.value, context)
}

describe.each(Object.entries(plugins))('the plugin of %s', (folder, { plugin, takes, refuses }) => {
  test('is a strategy of the name of its folder', () => {
    expect(plugin).toMatchObject({ kind: 'strategy', type: folder })
  })

  test.each([{}, ...takes])('takes %j', async (options) => {
    expect((await build({ type: folder, ...(options as object) })).type).toBe(folder)
  })

  test.each(refuses)('refuses %j', async (options) => {
    const result = await plugin.options['~standard'].validate(options)
    expect(result.issues?.length).toBeGreaterThan(0)
  })
})

describe('options reach the strategy', () => {
  test('cost-aware: months and readsPerMonth', async () => {
    const among = candidates({ store: { costPerGb: 0.1 }, egress: { costPerGbEgress: 1 } })
    const first = async (options: object) =>
      order(await build({ type: 'cost-aware', ...options }), write(), among)[0]
    expect(await first({ readsPerMonth: 1 })).toBe('store')
    expect(await first({ readsPerMonth: 0.01 })).toBe('egress')
    const dearWrite = candidates({ store: { costPerGb: 1 }, request: { costPerMillionWrites: 3 } })
    expect(order(await build({ type: 'cost-aware', months: 1 }), write(), dearWrite)[0]).toBe('store')
    expect(order(await build({ type: 'cost-aware', months: 6 }), write(), dearWrite)[0]).toBe('request')
  })

  test('replicated: copies and strategy', async () => {
    const nested = await build({ type: 'replicated', copies: 3, strategy: 'round-robin' })
    expect(nested.copies?.(write())).toBe(3)
    expect(order(nested, read({ turn: 1 }), candidates({ a: {}, b: {} }))).toEqual(['b', 'a'])
  })

  test('size-based: a tier, and the strategy of the others', async () => {
    const within = [{ fromBytes: 100, strategy: { type: 'replicated', copies: 2 } }]
    const nested = await build({ type: 'size-based', within, strategy: 'round-robin' })
    expect([99, 100].map((size) => nested.copies?.(write({ size })))).toEqual([undefined, 2])
    expect(order(nested, write({ turn: 1, size: 5 }), candidates({ a: {}, b: {} }))).toEqual(['b', 'a'])
  })
})
