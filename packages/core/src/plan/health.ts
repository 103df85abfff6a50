/** Faults in a row that open the breaker. */
const FAULTS_IN_ROW = 5
/** Calls that are looked back on, and the faults among them that open the breaker. */
const WINDOW = 20
const FAULTS_IN_WINDOW = WINDOW / 2
/** Successes of probes that close it. */
const SUCCESSES = 2
/** The first time that it stays open at most; doubled each time that a probe fails. Milliseconds. */
const BASE_MS = 1_000
const MAX_MS = 60_000

/**
 * A circuit breaker (Michael Nygard, Release It!, 2007) for one backend and direction, as a value.
 *
 * closed: calls go through. open: none do until `until`. half-open: exactly one probe at a time does.
 */
export type Breaker =
  | {
      readonly state: 'closed'
      readonly faultsInRow: number
      /** The last 20 calls, newest in the lowest bit; 1 is a fault. */
      readonly recent: number
    }
  | { readonly state: 'open'; readonly until: number; readonly failedProbes: number }
  | {
      readonly state: 'half-open'
      readonly probing: boolean
      readonly successes: number
      readonly failedProbes: number
    }

export type BreakerEvent =
  /** A call, or a probe, has ended. */
  | { readonly type: 'success' }
  | { readonly type: 'fault'; readonly now: number; readonly random: number }
  /** A call is about to be made because the breaker lets it; in half-open it is the probe. */
  | { readonly type: 'admitted'; readonly now: number }
  /** A probe ended without a verdict: given up, or refused before it was asked. */
  | { readonly type: 'withdrawn' }
  /** The backend was out of service and has passed a check: it need not wait for its time to be probed. */
  | { readonly type: 'back'; readonly now: number }

export const CLOSED: Breaker = { state: 'closed', faultsInRow: 0, recent: 0 }

/** Whether a call may be made now. */
export function admits(breaker: Breaker, now: number): boolean {
  if (breaker.state === 'closed') return true
  return breaker.state === 'open' ? now >= breaker.until : !breaker.probing
}

/** The breaker after an event. `random` is a uint32, `now` is in milliseconds. */
export function step(breaker: Breaker, event: BreakerEvent): Breaker {
  switch (breaker.state) {
    case 'closed':
      return stepClosed(breaker, event)
    case 'open':
      return stepOpen(breaker, event)
    case 'half-open':
      return stepHalfOpen(breaker, event)
  }
}

function stepClosed(breaker: Breaker & { readonly state: 'closed' }, event: BreakerEvent): Breaker {
  if (event.type === 'success') {
    // The common case keeps the value as it is.
    if (breaker.recent === 0) return breaker
    return { state: 'closed', faultsInRow: 0, recent: push(breaker.recent, 0) }
  }
  if (event.type !== 'fault') return breaker
  const recent = push(breaker.recent, 1)
  const faultsInRow = breaker.faultsInRow + 1
  const opens = faultsInRow >= FAULTS_IN_ROW || ones(recent) >= FAULTS_IN_WINDOW
  return opens ? opened(0, event.now, event.random) : { state: 'closed', faultsInRow, recent }
}

function stepOpen(breaker: Breaker & { readonly state: 'open' }, event: BreakerEvent): Breaker {
  const { until, failedProbes } = breaker
  if (event.type === 'back') return { ...breaker, until: Math.min(until, event.now) }
  if (event.type !== 'admitted' || event.now < until) return breaker
  return { state: 'half-open', probing: true, successes: 0, failedProbes }
}

function stepHalfOpen(breaker: Breaker & { readonly state: 'half-open' }, event: BreakerEvent): Breaker {
  switch (event.type) {
    case 'admitted':
      return { ...breaker, probing: true }
    case 'withdrawn':
      return { ...breaker, probing: false }
    case 'fault':
      return opened(breaker.failedProbes + 1, event.now, event.random)
    case 'success':
      return breaker.successes + 1 >= SUCCESSES
        ? CLOSED
        : { ...breaker, probing: false, successes: breaker.successes + 1 }
    case 'back':
      return breaker
  }
}

/** Open for a random part of 1 s × 2^k, 60 s at most: "full jitter" (Marc Brooker, AWS Architecture Blog, 2015). */
function opened(failedProbes: number, now: number, random: number): Breaker {
  const atMost = Math.min(MAX_MS, BASE_MS * 2 ** Math.min(failedProbes, 16))
  return { state: 'open', until: now + (random / 0x1_0000_0000) * atMost, failedProbes }
}

function push(recent: number, bit: 0 | 1): number {
  return ((recent << 1) | bit) & ((1 << WINDOW) - 1)
}

function ones(bits: number): number {
  let count = 0
  for (let rest = bits; rest !== 0; rest &= rest - 1) count++
  return count
}
