import type { BackendStats, PoolOptions, PoolStats, StoragePool } from '@blockpool/core'
import { answer, type CommandContext, colorFor, withPool } from '../context.ts'
import { type ExitCode, exitCodes } from '../exit.ts'
import { dollarsPerMonth, formatStatus, isDegraded } from '../output/status.ts'

/** Shows every backend, measured now; the exit code is 4 when one of them is not healthy. */
export async function status(context: CommandContext): Promise<ExitCode> {
  const stats = await withPool(context, measured)
  const degraded = isDegraded(stats)
  await answer(
    context,
    formatStatus(stats, { color: colorFor(context, 'stdout') }),
    forPrograms(stats, degraded),
  )
  return degraded ? exitCodes.degraded : exitCodes.ok
}

/** A pool that was opened a moment ago may not have measured its backends yet. */
async function measured(pool: StoragePool, { backends: entries }: PoolOptions): Promise<PoolStats> {
  const stats = pool.stats()
  const backends = await Promise.all(
    Object.values<BackendStats>(stats.backends).map(async (backend): Promise<BackendStats> => {
      if (!backend.healthy) return backend
      const usage = await entries[backend.id]?.backend.usage?.().catch(() => undefined)
      return usage ? { ...backend, blocks: usage.blocks, usedBytes: usage.bytes } : backend
    }),
  )
  return {
    ...stats,
    backends: Object.fromEntries(backends.map((backend) => [backend.id, backend])),
    usedBytes: backends.reduce((sum, backend) => sum + backend.usedBytes, 0),
  }
}

function forPrograms(stats: PoolStats, degraded: boolean): unknown {
  const backends = Object.values<BackendStats>(stats.backends).map((backend) => [
    backend.id,
    { ...backend, dollarsPerMonth: dollarsPerMonth(backend) },
  ])
  return { ...stats, degraded, backends: Object.fromEntries(backends) }
}
