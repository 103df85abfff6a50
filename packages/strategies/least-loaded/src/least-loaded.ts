import type { Candidate, RouteRequest, Strategy } from '@blockpool/core'

/**
 * The power of two choices: of two candidates drawn at random the less loaded one comes first; of two drawn from those
 * that are left, the less loaded one comes second; and so on. Equal loads go to the one that was drawn first.
 *
 * Load has no unit. For a write it is the share of room used plus the share of calls in flight:
 *
 *     usedBytes / capacityBytes + inFlight / concurrency          with a capacity
 *     usedBytes / usedBytes of all candidates + inFlight / concurrency      without one
 *
 * A read counts the calls in flight alone: how full a backend is does not make it slow.
 *
 * Always taking the least loaded would send every request there until its load is next measured (a herd). Two draws
 * send it at most 2 of n, never choose the most loaded first, and keep the fullest of n close to the mean:
 * M. Mitzenmacher, "The Power of Two Choices in Randomized Load Balancing", IEEE Transactions on Parallel and
 * Distributed Systems 12(10), 2001.
 */
export function leastLoaded(): Strategy {
  return {
    type: 'least-loaded',
    stable: false,
    rank<C extends Candidate>(request: RouteRequest, candidates: readonly C[]): readonly C[] {
      if (candidates.length < 2) return candidates
      const left = [...candidates]
      const loads = measure(request, candidates)
      const order: C[] = []
      for (let random = request.random; left.length > 0; random = next(random)) {
        const taken = lowerOfTwo(loads, random)
        loads.splice(taken, 1)
        order.push(...left.splice(taken, 1))
      }
      return order
    },
  }
}

function measure(request: RouteRequest, candidates: readonly Candidate[]): number[] {
  const busy = candidates.map(({ inFlight, concurrency }) => inFlight / concurrency)
  if (request.op === 'read') return busy
  let allBytes = 0
  for (const { usedBytes } of candidates) allBytes += usedBytes
  return candidates.map(({ usedBytes, capacityBytes }, i) => {
    const room = capacityBytes ?? allBytes
    return (busy[i] ?? 0) + (room > 0 ? usedBytes / room : 0)
  })
}

/** Index of the lower of two distinct entries, drawn by a uint32; of the first drawn when they are equal. */
function lowerOfTwo(loads: readonly number[], random: number): number {
  const others = loads.length - 1
  if (others === 0) return 0
  const pair = Math.floor((random / 2 ** 32) * loads.length * others)
  const a = Math.floor(pair / others)
  const b = (a + 1 + (pair % others)) % loads.length
  return Number(loads[b]) < Number(loads[a]) ? b : a
}

/** The next uint32: the linear congruential generator of Numerical Recipes (ranqd1), read from its high bits. */
function next(random: number): number {
  return (Math.imul(random, 1_664_525) + 1_013_904_223) >>> 0
}
