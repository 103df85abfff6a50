import type { Candidate } from '@blockpool/core'

/** A backend as a strategy sees it, with nothing behind it. */
export interface Site extends Candidate {
  /** Its number, from 0. */
  readonly index: number
}

const SETTINGS: Omit<Candidate, 'id' | 'zone'> = {
  type: 'none',
  traits: { durability: 'power' },
  read: true,
  write: true,
  priority: 100,
  weight: 1,
  capacityBytes: undefined,
  sizeThresholdBytes: 0,
  costPerGb: 0,
  costPerMillionReads: 0,
  costPerMillionWrites: 0,
  costPerGbEgress: 0,
  concurrency: 16,
  timeoutMs: 10_000,
  usedBytes: 0,
  inFlight: 0,
  readLatencyMs: 0,
  writeLatencyMs: 0,
}

/** So many backends: b0, b1, b2, … */
export function sites(count: number, weightOf: (index: number) => number = () => 1): Site[] {
  return Array.from({ length: count }, (_, index) => {
    const id = `b${index}`
    return { ...SETTINGS, id, zone: id, weight: weightOf(index), index }
  })
}
