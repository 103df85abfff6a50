import type { Place } from './place.ts'

export interface Job {
  readonly place: Place
  readonly seed: number
  /** Blocks that all processes put and delete: numbers below this. */
  readonly blocks: number
}

/**
 * What a member says, a line of JSON each. Times are those of the machine's monotonic clock, in milliseconds, so that
 * processes can be compared.
 */
export type Said =
  | { readonly is: 'open' }
  | {
      readonly is: 'begun'
      readonly id: number
      readonly kind: 'put' | 'delete'
      readonly n: number
      readonly at: number
    }
  | { readonly is: 'ended'; readonly id: number; readonly acknowledged: boolean; readonly at: number }
  | { readonly is: 'wrong'; readonly what: string }
  /** All operations of the round have ended. */
  | { readonly is: 'done'; readonly repairs: number; readonly failures: Readonly<Record<string, number>> }

export function now(): number {
  return Number(process.hrtime.bigint()) / 1e6
}
