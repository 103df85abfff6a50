import type { BackendSettings } from '@blockpool/core'
import * as v from 'valibot'
import type { BackendObject, PlainPoolOptions, PoolConfig, PoolShape, StrategyObject } from './types.ts'

type Entries<T> = { readonly [K in keyof T]-?: v.GenericSchema<unknown, T[K]> }

const atLeast = (least: number, description: string) =>
  v.optional(v.pipe(v.number(), v.finite(), v.minValue(least), v.description(description)))
const whole = (least: number, description: string) =>
  v.optional(v.pipe(v.number(), v.safeInteger(), v.minValue(least), v.description(description)))
const flag = (description: string) => v.optional(v.pipe(v.boolean(), v.description(description)))

/** The settings of the operator, by name: a compile error when core has one that is missing here. */
const settingsEntries: Entries<BackendSettings> = {
  read: flag('Blocks are read from here. Default: true'),
  write: flag('Blocks are written here; deletes reach it in any case. Default: true'),
  priority: v.optional(v.pipe(v.number(), v.finite(), v.description('Higher is preferred. Default: 100'))),
  weight: v.optional(
    v.pipe(v.number(), v.finite(), v.gtValue(0), v.description('Share under consistent hashing. Default: 1')),
  ),
  capacityBytes: atLeast(0, 'Writes beyond it go elsewhere. Bytes. Default: no limit'),
  sizeThresholdBytes: atLeast(0, 'Meant for blocks at least this large. Bytes. Default: 0'),
  zone: v.optional(
    v.pipe(v.string(), v.description('Copies of one block go to different zones first. Default: its id')),
  ),
  costPerGb: atLeast(0, 'US dollars per 10^9 bytes and month. Default: 0'),
  costPerMillionReads: atLeast(0, 'US dollars per 10^6 gets. Default: 0'),
  costPerMillionWrites: atLeast(0, 'US dollars per 10^6 puts. Default: 0'),
  costPerGbEgress: atLeast(0, 'US dollars per 10^9 bytes read. Default: 0'),
  concurrency: whole(1, 'Calls in flight at most. Default: what the driver makes good use of'),
  timeoutMs: atLeast(1, 'A call that takes longer counts as a fault. Milliseconds. Default: 10000'),
}

/** Names of the keys that belong to the operator, never to the driver. */
export const settingNames: readonly string[] = Object.keys(settingsEntries)

const type = v.pipe(v.string(), v.nonEmpty())

const backendObject: v.GenericSchema<unknown, BackendObject> = v.pipe(
  v.looseObject({
    type: v.optional(type),
    url: v.optional(v.pipe(v.string(), v.nonEmpty())),
    ...settingsEntries,
  }),
  v.check((entry) => entry.type !== undefined || entry.url !== undefined, 'a key "type" or "url"'),
)

const strategyObject: v.GenericSchema<unknown, StrategyObject> = v.looseObject({ type })

const backendUrl = v.pipe(v.string(), v.nonEmpty())

/** One entry of `backends`. Lazy, so that an issue names the key inside the object and not the whole union. */
export const backendSchema: v.GenericSchema<unknown, string | BackendObject> = v.lazy((input) =>
  typeof input === 'string' ? backendUrl : backendObject,
)

export const strategySchema: v.GenericSchema<unknown, string | StrategyObject> = v.lazy((input) =>
  typeof input === 'string' ? type : strategyObject,
)

const plainEntries: Entries<PlainPoolOptions> = {
  copies: whole(1, 'Copies of each block, on distinct backends. Default: 1'),
  writeQuorum: v.optional(
    v.pipe(
      v.union([v.picklist(['majority', 'all']), v.pipe(v.number(), v.safeInteger(), v.minValue(1))]),
      v.description(
        "Copies acknowledged before a put resolves: 'majority', 'all' or a number. Default: majority",
      ),
    ),
  ),
  durability: v.optional(
    v.pipe(
      v.picklist(['none', 'process', 'power']),
      v.description('What a copy must survive to count for the quorum. Default: none'),
    ),
  ),
  minHealthy: whole(0, 'Writes fail fast with fewer healthy backends. Default: 1'),
  maxBlockBytes: whole(1, 'The largest block. Bytes. Default: 16777216'),
  verifyPuts: flag('Check on put that the bytes hash to the CID. Default: true'),
  verifyGets: flag('Check on every read that the bytes hash to the CID. Default: true'),
  hedge: v.optional(
    v.pipe(
      v.strictObject({
        after: v.union([v.picklist(['p95']), v.pipe(v.number(), v.finite(), v.minValue(0))]),
        budget: v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(1))),
      }),
      v.description(
        "A read that takes longer than `after` ('p95' or milliseconds) asks a second backend; `budget` for each read at most, 0.05 by default. Default: off",
      ),
    ),
  ),
  maxHints: whole(0, 'Locations remembered at most, 8 bytes of memory each. Default: 1000000'),
  healthIntervalMs: atLeast(1, 'Pause between two checks of each backend. Milliseconds. Default: 30000'),
  repairsPerSecond: atLeast(0, 'Repairs started per second at most. Default: 100'),
  trustQuorum: flag('Blocks that the backends hold at open have their quorum. Default: false'),
  acceptJournalLoss: flag(
    'Open although the journal is lost or older than the backends know. Default: false',
  ),
  seed: whole(0, "Seed of the pool's random numbers, a uint32. Default: random"),
}

const shapeEntries: Entries<PoolShape> = {
  ...plainEntries,
  strategy: v.optional(strategySchema),
  backends: v.pipe(
    v.record(v.pipe(v.string(), v.nonEmpty()), backendSchema),
    v.check((backends) => Object.keys(backends).length > 0, 'at least one backend'),
  ),
}

const configEntries: Entries<PoolConfig> = {
  $schema: v.optional(v.string()),
  plugins: v.optional(v.array(v.pipe(v.string(), v.nonEmpty()))),
  ...shapeEntries,
}

/** Keys of a configuration file. */
export const configKeys: readonly string[] = Object.keys(configEntries)

export const shapeSchema: v.GenericSchema<unknown, PoolShape> = v.strictObject(shapeEntries)
export const configSchemaOf: v.GenericSchema<unknown, PoolConfig> = v.strictObject(configEntries)
/** The parts that hold no nested configuration, for JSON Schema. */
export const plainSchema: v.GenericSchema<unknown, PlainPoolOptions> = v.object(plainEntries)
export const settingsSchema: v.GenericSchema<unknown, BackendSettings> = v.object(settingsEntries)
