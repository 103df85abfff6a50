import type { BackendTraits } from '../backend.ts'
import type { UnhealthyReason } from '../events.ts'
import type { Ineligible } from '../stats.ts'

/** What decides whether a backend may serve. */
export interface Standing {
  readonly read: boolean
  readonly write: boolean
  readonly draining: boolean
  readonly unhealthyReason: UnhealthyReason | undefined
  readonly capacityBytes: number | undefined
  readonly usedBytes: number
  /** Bytes of puts that are on their way. */
  readonly reservedBytes: number
  readonly traits: BackendTraits
}

/** Why the backend may not be read from; undefined when it may. */
export function whyNotRead(backend: Standing): Ineligible | undefined {
  if (!backend.read) return 'reads are off'
  if (backend.unhealthyReason !== undefined) return 'unhealthy'
  return undefined
}

/** Why the backend may not take a block of this size; undefined when it may. */
export function whyNotWrite(backend: Standing, size: number): Ineligible | undefined {
  if (!backend.write) return 'writes are off'
  if (backend.unhealthyReason !== undefined) return 'unhealthy'
  if (backend.draining) return 'draining'
  if (size > (backend.traits.maxBlockBytes ?? Number.POSITIVE_INFINITY)) return 'block too large'
  if (!hasRoom(backend, size)) return 'over capacity'
  return undefined
}

function hasRoom(backend: Standing, size: number): boolean {
  const { capacityBytes } = backend
  return capacityBytes === undefined || backend.usedBytes + backend.reservedBytes + size <= capacityBytes
}
