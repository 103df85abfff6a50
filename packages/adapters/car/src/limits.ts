import { PoolError } from '@blockpool/core'

/** @throws PoolError `ERR_INVALID_OPTIONS` unless it is a whole number of at least `least`, or has no limit. */
export function limit(name: string, value: number | undefined, fallback: number, least = 1): number {
  const number = value ?? fallback
  if ((Number.isInteger(number) || number === Number.POSITIVE_INFINITY) && number >= least) return number
  throw new PoolError('ERR_INVALID_OPTIONS', `${name} must be a whole number of at least ${least}`)
}
