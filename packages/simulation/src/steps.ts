import type { BackendSettings } from '@blockpool/core'
import type { FaultKind } from './fault-kinds.ts'
import type { Random } from './random.ts'
import { callFaults, type WorldPlan } from './world.ts'

/**
 * One thing that happens. Blocks are numbers from 0 on among those of the world, disks are numbers too; times are in
 * milliseconds of virtual time. Steps are data, so that a run can be cut down and printed.
 */
export type Step =
  | OperationStep
  | { readonly do: 'list' }
  | { readonly do: 'pass'; readonly ms: number }
  /** The next calls of the disk meet a fault, for so long. */
  | {
      readonly do: 'fault'
      readonly disk: number
      readonly kind: FaultKind
      readonly calls: number
      readonly forMs: number
    }
  /** A copy rots where it lies. */
  | { readonly do: 'rot'; readonly disk: number; readonly kind: 'bit flip' | 'truncation' }
  /** Another, empty store in its place; the operator takes it in after a while. */
  | { readonly do: 'swap'; readonly disk: number; readonly hasId: boolean; readonly fixMs: number }
  | { readonly do: 'unmount'; readonly disk: number; readonly forMs: number }
  | { readonly do: 'set clock'; readonly byMs: number }
  | { readonly do: 'leap'; readonly ms: number }
  /** With `journal` it is lost too, or an older copy of it stands in its place. */
  | { readonly do: 'crash'; readonly journal?: 'lost' | 'rolled back' | undefined }
  /** Keeps a copy of the journal, for a crash to bring back. */
  | { readonly do: 'copy journal' }
  /** The next writes of the journal are refused. */
  | { readonly do: 'journal fails'; readonly writes: number }
  | { readonly do: 'restart' }
  | { readonly do: 'add'; readonly disk: number; readonly adopt: boolean }
  | { readonly do: 'remove'; readonly disk: number; readonly force: boolean }
  | {
      readonly do: 'configure'
      readonly disk: number
      readonly settings: BackendSettings
      readonly forMs: number
    }
  /** Every copy is read. */
  | { readonly do: 'scrub' }
  /** Another pool is opened on the journal of this one. */
  | { readonly do: 'second pool' }
  | { readonly do: 'set health'; readonly disk: number; readonly forMs: number }
  /** Waits until every operation has settled. */
  | { readonly do: 'settle' }
  /** The same, and then a get must say this. */
  | { readonly do: 'expect'; readonly block: number; readonly is: 'present' | 'absent' | 'unknown' }

export interface OperationStep {
  readonly do: 'put' | 'get' | 'has' | 'delete'
  readonly block: number
  /** Which of the block's CIDs is used. */
  readonly cid?: number | undefined
  /** The caller gives up after so long; with -1 before the call. */
  readonly abortMs?: number | undefined
}

/** What happens in a world, with as many operations of the pool. */
export function drawSteps(world: WorldPlan, random: Random, operations: number): Step[] {
  const steps: Step[] = []
  const kinds = drawMix(random)
  const pace = random.pick([0.2, 0.5, 0.9])
  let left = operations
  while (left > 0) {
    if (random.chance(world.faultRate)) addFault(steps, world, random)
    if (world.operated && random.chance(0.02)) {
      steps.push(operatorStep(world, random))
      left--
      continue
    }
    if (random.chance(1 - pace)) steps.push({ do: 'pass', ms: drawPause(random) })
    steps.push(random.chance(0.02) ? { do: 'list' } : operation(world, random, kinds))
    left--
  }
  return steps
}

/** Kinds of operations, each as often as it shall come. */
function drawMix(random: Random): readonly OperationStep['do'][] {
  const mix: OperationStep['do'][] = ['put', 'get', 'has', 'delete']
  for (let i = 0; i < 8; i++)
    mix.push(random.pick<OperationStep['do']>(['put', 'put', 'get', 'get', 'has', 'delete']))
  return mix
}

function drawPause(random: Random): number {
  const kind = random.below(100)
  if (kind < 80) return 1 + random.below(6)
  if (kind < 95) return random.below(100)
  return kind < 99 ? random.below(2_000) : random.below(40_000)
}

function operation(world: WorldPlan, random: Random, kinds: readonly OperationStep['do'][]): OperationStep {
  const step: OperationStep = { do: random.pick(kinds), block: random.below(world.blocks) }
  const cid = random.chance(0.1) ? random.below(3) : undefined
  const abortMs = random.chance(0.03) ? random.pick([-1, 0, 1, 10, 60, 300]) : undefined
  return { ...step, ...(cid && { cid }), ...(abortMs !== undefined && { abortMs }) }
}

function addFault(steps: Step[], world: WorldPlan, random: Random): void {
  const disk = random.below(world.disks.length)
  const { faults } = world
  const rare = random.below(1_000)
  if (rare < 30) {
    if (faults.includes('store swapped or emptied'))
      steps.push({ do: 'swap', disk, hasId: random.chance(0.7), fixMs: random.below(30_000) })
  } else if (rare < 70) {
    if (faults.includes('store unmounted')) steps.push({ do: 'unmount', disk, forMs: random.below(20_000) })
  } else if (rare < 110) {
    if (faults.includes('clock jump')) steps.push(clockStep(random))
  } else if (rare < 150) {
    if (faults.includes('crash and restart')) steps.push(crashStep(random))
  } else if (rare < 250) {
    const rots = (['bit flip', 'truncation'] as const).filter((kind) => faults.includes(kind))
    if (rots.length > 0) steps.push({ do: 'rot', disk, kind: random.pick(rots) })
  } else {
    const kinds = callFaults(world)
    if (kinds.length === 0) return
    const calls = random.pick([1, 1, 2, 5, 40])
    steps.push({ do: 'fault', disk, kind: random.pick(kinds), calls, forMs: random.pick([50, 500, 5_000]) })
  }
}

function crashStep(random: Random): Step {
  const kind = random.below(20)
  if (kind < 11) return { do: 'crash' }
  if (kind < 13) return { do: 'crash', journal: random.pick(['lost', 'rolled back']) }
  if (kind < 15) return { do: 'copy journal' }
  return kind < 16 ? { do: 'journal fails', writes: random.between(1, 4) } : { do: 'restart' }
}

function clockStep(random: Random): Step {
  if (random.chance(0.2)) return { do: 'leap', ms: random.pick([100, 5_000, 3_600_000]) }
  return { do: 'set clock', byMs: random.pick([-3_600_000, 3_600_000]) }
}

function operatorStep(world: WorldPlan, random: Random): Step {
  const disk = random.below(world.disks.length)
  const forMs = random.below(10_000)
  switch (random.below(7)) {
    case 5:
      return { do: 'scrub' }
    case 6:
      return { do: 'second pool' }
    case 0:
      return { do: 'add', disk, adopt: random.chance(0.5) }
    case 1:
      return { do: 'remove', disk, force: random.chance(0.2) }
    case 2:
      return { do: 'set health', disk, forMs }
    case 3:
      return { do: 'configure', disk, settings: random.pick([{ read: false }, { write: false }]), forMs }
    default:
      return { do: 'configure', disk, settings: { priority: random.pick([10, 100, 200]) }, forMs }
  }
}
