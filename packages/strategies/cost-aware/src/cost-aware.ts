import { type Candidate, PoolError, rankBy, type Strategy } from '@blockpool/core'

export interface CostAwareOptions {
  /** How long a block is kept, in months. Above 0. @default 12 */
  readonly months?: number | undefined
  /** How often a block is read each month. At least 0. @default 1 */
  readonly readsPerMonth?: number | undefined
}

const BYTES_PER_GB = 1e9
const MILLION = 1e6
/** The size of a block in a read, which does not know it: 256 KiB, the usual chunk of a UnixFS file. */
const ASSUMED_BYTES = 262_144

/**
 * The cheapest first, in US dollars for the whole life of one block of `size` bytes:
 *
 *     size / 10^9 * costPerGb * months                                                       storage
 *   + costPerMillionWrites / 10^6                                                            one write
 *   + readsPerMonth * months * (costPerMillionReads / 10^6 + size / 10^9 * costPerGbEgress)  reads
 *
 * A read goes where one read is cheapest: request and egress of a block of 256 KiB, as its size is not known.
 * Equal costs keep the order of the candidates. The order depends on size and settings alone.
 *
 * @throws PoolError `ERR_INVALID_OPTIONS` for an option that is out of range.
 */
export function costAware(options: CostAwareOptions = {}): Strategy {
  const { months = 12, readsPerMonth = 1 } = options
  if (!(months > 0 && Number.isFinite(months)))
    throw invalid('months must be a finite number above 0', months)
  if (!(readsPerMonth >= 0 && Number.isFinite(readsPerMonth)))
    throw invalid('readsPerMonth must be a finite number of at least 0', readsPerMonth)
  const reads = readsPerMonth * months
  return {
    type: 'cost-aware',
    stable: true,
    rank({ op, size = ASSUMED_BYTES }, candidates) {
      return rankBy(candidates, (candidate) => {
        const read = costOfRead(candidate, size)
        return op === 'read' ? read : costOfKeeping(candidate, size, months) + reads * read
      })
    },
  }
}

/** US dollars for one read. */
function costOfRead(candidate: Candidate, bytes: number): number {
  return candidate.costPerMillionReads / MILLION + (bytes / BYTES_PER_GB) * candidate.costPerGbEgress
}

/** US dollars for one write and the storage. */
function costOfKeeping(candidate: Candidate, bytes: number, months: number): number {
  return candidate.costPerMillionWrites / MILLION + (bytes / BYTES_PER_GB) * candidate.costPerGb * months
}

function invalid(rule: string, value: unknown): PoolError {
  return new PoolError('ERR_INVALID_OPTIONS', `cost-aware: ${rule}, not ${String(value)}`)
}
