import type { Durability } from '../backend.ts'
import type { WriteQuorum } from '../options.ts'

/** Copies that must be acknowledged when `copies` are wanted. */
export function quorumOf(copies: number, writeQuorum: WriteQuorum): number {
  if (writeQuorum === 'all') return copies
  if (writeQuorum === 'majority') return Math.floor(copies / 2) + 1
  return Math.min(writeQuorum, copies)
}

const LEVEL: Readonly<Record<Durability, number>> = { none: 0, process: 1, power: 2 }

/** A copy of this durability survives what is asked for. */
export function survives(durability: Durability, asked: Durability): boolean {
  return durability === asked || LEVEL[durability] >= LEVEL[asked]
}

/** The weakest of several; 'none' of none. */
export function weakest(durabilities: Iterable<Durability>): Durability {
  let least: Durability | undefined
  for (const durability of durabilities) {
    if (least === undefined || LEVEL[durability] < LEVEL[least]) least = durability
  }
  return least ?? 'none'
}
