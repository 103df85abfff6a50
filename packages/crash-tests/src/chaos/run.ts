import { setTimeout as sleep } from 'node:timers/promises'
import {
  type Backend,
  type BackendStats,
  createPool,
  type StoragePool,
  type UnhealthyReason,
} from '@blockpool/core'
import { fs } from '@blockpool/fs'
import { sqlite } from '@blockpool/sqlite'
import { Load } from '../shared/load.ts'
import { withFolder } from '../shared/temporary.ts'
import { type Scenario, type Stage, victimSettings } from './scenario.ts'

export interface ChaosResult {
  readonly name: string
  readonly failedReads: number
  readonly failedWrites: number
  /** Acknowledged blocks that cannot be read at the end. */
  readonly lost: number
  /**
   * From the moment when the server is back, or is killed where a replica takes over, until the backend counts as healthy
   * and has taken so many puts without an error. Null when that did not come.
   */
  readonly recoverySeconds: number | null
  readonly reads: number
  readonly writes: number
  /** Calls of the backend that failed, and why it was out of service before it was back: whether the fault has hit it. */
  readonly victimErrors: number
  readonly outOfService: UnhealthyReason | null
  /** The first failures in words. */
  readonly findings: readonly string[]
}

export interface Timing {
  /** Load before the fault, and after the recovery. Milliseconds. */
  readonly calmMs: number
  /** How long the fault stays. Milliseconds. */
  readonly faultMs: number
}

/** The recovery of a backend may take as long at most. */
export const RECOVERY_LIMIT_SECONDS = 10
/** And is waited for as long. */
const GIVE_UP_MS = 60_000
/** Puts in a row after which a backend has recovered: one of three masters that is dead would show in fewer. */
const PUTS_IN_ROW = 30
const POLL_MS = 10
const TIMEOUT_MS = 500
const PAYING_MS = 30_000
const LOAD = { pauseMs: 5, maxBytes: 16_384 } as const
const FINDINGS_KEPT = 20

/** Two copies of each block, on the victim and files, or on files and a database while it is away. */
export function runScenario({ name, prepare }: Scenario, timing: Timing): Promise<ChaosResult> {
  return withFolder(async (folder) => {
    const stage = await prepare()
    try {
      const pool = await openPool(folder, stage.victim)
      try {
        return { name, ...(await runUnderLoad(pool, stage, timing)) }
      } finally {
        await pool.close()
      }
    } finally {
      await stage.stop()
    }
  })
}

/** Whether it kept what it promises: nothing failed, nothing is lost, and the backend is back in time. */
export function keptItsPromise(result: ChaosResult): boolean {
  const { failedReads, failedWrites, lost, recoverySeconds } = result
  const isBack = recoverySeconds !== null && recoverySeconds <= RECOVERY_LIMIT_SECONDS
  return failedReads + failedWrites + lost === 0 && isBack
}

async function openPool(folder: string, victim: Backend): Promise<StoragePool> {
  const pool = await createPool({
    copies: 2,
    healthIntervalMs: 1_000,
    repairsPerSecond: 10_000,
    backends: {
      victim: { backend: victim, ...victimSettings },
      files: { backend: fs({ path: `${folder}/files`, durability: 'process' }) },
      database: { backend: sqlite({ path: `${folder}/blocks.db`, synchronous: 'normal' }) },
    },
  })
  // From here on: to open may take longer than a call.
  pool.configure('victim', { timeoutMs: TIMEOUT_MS })
  if (pool.stats().healthyBackends === 3) return pool
  await pool.close()
  throw new Error('a backend was in trouble before its fault')
}

async function runUnderLoad(
  pool: StoragePool,
  stage: Stage,
  { calmMs, faultMs }: Timing,
): Promise<Omit<ChaosResult, 'name'>> {
  const load = new Load(pool, LOAD)
  const victim = await load.during(async () => {
    await sleep(calmMs)
    const before = victimOf(pool).errors
    await stage.begin()
    if (stage.end) await sleep(faultMs)
    const during = victimOf(pool)
    await stage.end?.(pool)
    const recoverySeconds = await recovery(pool)
    const { errors } = stage.end ? during : victimOf(pool)
    await sleep(calmMs)
    const outOfService = during.unhealthyReason ?? null
    return { recoverySeconds, victimErrors: errors - before, outOfService }
  })
  const findings = load.failures.map(({ detail }) => detail)
  await payDebts(pool)
  if (pool.stats().debts > 0) findings.push(`${pool.stats().debts} blocks are still owed something`)
  if (!(await pool.scrub()).complete) findings.push('the scrub did not see everything')
  const lost = await load.unreadable()
  return {
    failedReads: load.failed('read'),
    failedWrites: load.failed('write'),
    lost: lost.length,
    ...victim,
    reads: load.reads,
    writes: load.writes,
    findings: findings.concat(lost.map((n) => `block ${n} is lost`)).slice(0, FINDINGS_KEPT),
  }
}

function victimOf(pool: StoragePool): BackendStats {
  return pool.stats().backends.victim as BackendStats
}

/** Seconds until the victim is healthy and takes one put after the other. */
async function recovery(pool: StoragePool): Promise<number | null> {
  const since = performance.now()
  let from = victimOf(pool)
  while (performance.now() - since < GIVE_UP_MS) {
    const now = victimOf(pool)
    if (!now.healthy || now.errors > from.errors) from = now
    if (now.writes - from.writes >= PUTS_IN_ROW) return Math.round(performance.now() - since) / 1_000
    await sleep(POLL_MS)
  }
  return null
}

async function payDebts(pool: StoragePool): Promise<void> {
  const deadline = performance.now() + PAYING_MS
  while (pool.stats().debts > 0 && performance.now() < deadline) await sleep(50)
  await pool.settled()
}
