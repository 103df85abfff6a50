import type { Durability, HedgeOptions, Strategy, WriteQuorum } from '@blockpool/core'
import { UNIVERSE } from './blocks.ts'
import type { DiskPlan } from './disk.ts'
import { CALL_FAULTS, FAULT_KINDS, type FaultKind } from './fault-kinds.ts'
import type { Random } from './random.ts'

/** Strategies by name, made anew for each run. */
export type Strategies = Readonly<Record<string, () => Strategy>>

/** The world of one seed: the pool, its disks, and what may go wrong there. */
export interface WorldPlan {
  readonly strategy: string
  readonly copies: number
  readonly writeQuorum: WriteQuorum
  readonly durability: Durability
  readonly healthIntervalMs: number
  readonly maxHints: number
  readonly journal: 'memory' | 'durable'
  readonly hedge?: HedgeOptions | undefined
  /** Numbers of blocks from `firstBlock` on. */
  readonly blocks: number
  readonly firstBlock: number
  readonly disks: readonly DiskPlan[]
  /** The first so many disks are backends of the pool from the start. */
  readonly attached: number
  readonly faults: readonly FaultKind[]
  /** Faults for each operation. */
  readonly faultRate: number
  /** Backends come and go, and their settings change. */
  readonly operated: boolean
}

/** Seeds that follow each other go through every strategy × 1 to 3 copies × 2 to 7 backends. */
export function drawWorld(seed: number, random: Random, strategies: readonly string[]): WorldPlan {
  const strategy = strategies[seed % strategies.length] as string
  const spread = Math.floor(seed / strategies.length)
  const copies = 1 + (spread % 3)
  const attached = 2 + (Math.floor(spread / 3) % 6)
  const timeoutMs = random.pick([100, 250, 1_000])
  const quiet = random.chance(0.1)
  const disks: DiskPlan[] = []
  const spares = random.below(3)
  for (let i = 0; i < attached + spares; i++) {
    const disk = drawDisk(i, timeoutMs, random)
    disks.push(quiet ? unlimited(disk) : disk)
  }
  const blocks = random.pick([3, 8, 16, 32])
  const lasting = disks.slice(0, attached).filter((disk) => disk.durability !== 'none').length
  return {
    strategy,
    copies,
    attached,
    disks,
    blocks,
    firstBlock: random.below(UNIVERSE - blocks),
    writeQuorum: random.pick<WriteQuorum>(['majority', 'majority', 'all', 1, 2]),
    durability: lasting >= copies && random.chance(0.5) ? 'process' : 'none',
    healthIntervalMs: random.pick([1_000, 5_000, 30_000]),
    maxHints: random.pick([0, 4, 1_000, 1_000]),
    journal: random.pick(['memory', 'durable']),
    faults: quiet ? [] : FAULT_KINDS.filter(() => random.chance(0.6)),
    faultRate: random.pick([0.02, 0.08, 0.2]),
    operated: !quiet && random.chance(0.6),
    hedge: random.chance(0.3) ? drawHedge(random) : undefined,
  }
}

function drawHedge(random: Random): HedgeOptions {
  return { after: random.pick<'p95' | number>(['p95', 1, 5, 20]), budget: random.pick([0.05, 0.5, 1]) }
}

/** Nothing goes wrong there, so nothing may fail. */
export function isQuiet(world: WorldPlan): boolean {
  return world.faults.length === 0 && !world.operated
}

/** Neither room nor time runs out there. */
function unlimited(disk: DiskPlan): DiskPlan {
  return {
    ...disk,
    maxBytes: undefined,
    settings: { ...disk.settings, concurrency: undefined, timeoutMs: 1_000 },
  }
}

function drawDisk(index: number, timeoutMs: number, random: Random): DiskPlan {
  const settings = {
    timeoutMs,
    priority: random.pick([100, 100, 50]),
    weight: random.pick([1, 1, 3]),
    sizeThresholdBytes: random.pick([0, 0, 300]),
    zone: random.chance(0.5) ? random.pick(['east', 'west']) : undefined,
    costPerGb: random.pick([0.02, 0.1, 1]),
    costPerMillionReads: random.pick([0, 0.4]),
    concurrency: random.pick([undefined, undefined, 1, 4]),
  }
  return {
    id: `d${index}`,
    durability: random.pick<Durability>(['none', 'process', 'power', 'power']),
    lateEffects: random.pick([undefined, true, false]),
    identity: random.chance(0.9),
    usage: random.chance(0.8),
    latencyMs: random.pick([0, 0, 2, 10]),
    maxBytes: random.chance(0.1) ? 3_000 : undefined,
    shadowed: random.chance(0.5),
    settings,
  }
}

/** Those of the world's faults that hit single calls. */
export function callFaults(world: WorldPlan): readonly FaultKind[] {
  return world.faults.filter((kind) => CALL_FAULTS.includes(kind))
}
