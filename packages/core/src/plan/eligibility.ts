import type { BackendTraits } from '../backend.ts'
import type { UnhealthyReason } from '../events.ts'
import type { Ineligible } from '../stats.ts'
import { admits, type Breaker } from './health.ts'

/** What decides whether a backend may serve. */
export interface Standing {
  readonly read: boolean
  readonly write: boolean
  readonly draining: boolean
  readonly unhealthyReason: UnhealthyReason | undefined
  readonly readBreaker: Breaker
  readonly writeBreaker: Breaker
  readonly capacityBytes: number | undefined
  readonly usedBytes: number
  /** Bytes of puts that are on their way. */
  readonly reservedBytes: number
  readonly traits: BackendTraits
}

/** Why the backend may not be read from; undefined when it may. */
export function whyNotRead(backend: Standing): Ineligible | undefined {
  if (!backend.read) return 'reads are off'
  if (backend.unhealthyReason !== undefined && backend.unhealthyReason !== 'probe failed') return 'unhealthy'
  return undefined
}

/** The backend is asked last, and only while the others have not settled what is asked. */
export function isLastResort(backend: Standing, now: number): boolean {
  return backend.unhealthyReason !== undefined || !admits(backend.readBreaker, now)
}

/** The backend is in service, and calls of both directions get through. */
export function serves(backend: Standing, now: number): boolean {
  return (
    backend.unhealthyReason === undefined &&
    admits(backend.readBreaker, now) &&
    admits(backend.writeBreaker, now)
  )
}

/** Why the backend may not take a block of this size; undefined when it may. `now` is in milliseconds. */
export function whyNotWrite(backend: Standing, size: number, now: number): Ineligible | undefined {
  if (!backend.write) return 'writes are off'
  if (backend.unhealthyReason !== undefined) return 'unhealthy'
  if (!admits(backend.writeBreaker, now)) return 'breaker open'
  if (backend.draining) return 'draining'
  if (size > (backend.traits.maxBlockBytes ?? Number.POSITIVE_INFINITY)) return 'block too large'
  if (!hasRoom(backend, size)) return 'over capacity'
  return undefined
}

function hasRoom(backend: Standing, size: number): boolean {
  const { capacityBytes } = backend
  return capacityBytes === undefined || backend.usedBytes + backend.reservedBytes + size <= capacityBytes
}
