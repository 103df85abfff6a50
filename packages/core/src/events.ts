import type { CID } from 'multiformats/cid'
import type { Outcome } from './errors.ts'

/** Why a backend does not count as healthy. */
export type UnhealthyReason = 'set by the operator' | 'not open' | 'store changed' | 'probe failed'

/** The things that happen in a pool, as a union: switch on `type`. */
export type PoolEvent<Id extends string = string> =
  /** A backend failed a request and the next one takes over. */
  | {
      readonly type: 'failover'
      readonly op: 'get' | 'put' | 'has'
      readonly cid: CID
      readonly backend: Id
      readonly outcome: Outcome
      readonly error: unknown
    }
  /** A backend returned bytes that do not match their CID; this copy is no longer used. */
  | { readonly type: 'corrupt'; readonly cid: CID; readonly backend: Id }
  /** A copy that was missing or corrupt has been written again from a verified one. */
  | { readonly type: 'repaired'; readonly cid: CID; readonly backend: Id }
  /** A copy could not be written again. */
  | { readonly type: 'repair-failed'; readonly cid: CID; readonly backend: Id; readonly error: unknown }
  /** A put was acknowledged with fewer copies than wanted. */
  | { readonly type: 'under-replicated'; readonly cid: CID; readonly have: number; readonly want: number }
  | {
      readonly type: 'unhealthy'
      readonly backend: Id
      readonly reason: UnhealthyReason
      readonly error?: unknown
    }
  | { readonly type: 'healthy'; readonly backend: Id }
  /** A circuit breaker has changed its state. */
  | {
      readonly type: 'breaker'
      readonly backend: Id
      readonly direction: 'read' | 'write'
      readonly state: 'closed' | 'open' | 'half-open'
    }
  | { readonly type: 'added'; readonly backend: Id }
  | { readonly type: 'removed'; readonly backend: Id }
