import type { PoolError } from '@blockpool/core'
import type { Argument } from './client.ts'
import type { Request } from './gather.ts'

/** A question about one block. */
export interface ReadRequest extends Request {
  readonly verb: 'get' | 'has' | 'size'
}

export interface WriteRequest extends Request {
  readonly verb: 'put' | 'delete'
  /** Of a put. */
  readonly bytes: Buffer | undefined
}

/** The bytes or nothing, whether it is there, or its size: as the verb asks. */
export type ReadAnswer = Buffer | undefined | boolean | number

/** Sends batches to the servers, each node's part in one go. Answers stand in the order of the requests. */
export interface Sender {
  read(batch: readonly ReadRequest[]): Promise<readonly (ReadAnswer | PoolError)[]>
  /** Resolved without an error is done. */
  write(batch: readonly WriteRequest[]): Promise<readonly (undefined | PoolError)[]>
}

export type Command = readonly [name: string, ...args: Argument[]]

/** How one command ended. */
export type Outcome = { readonly value: unknown } | { readonly error: unknown }

export function isError(outcome: Outcome): outcome is { readonly error: unknown } {
  return 'error' in outcome
}

export function outcomeOf(work: Promise<unknown>): Promise<Outcome> {
  return work.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  )
}
