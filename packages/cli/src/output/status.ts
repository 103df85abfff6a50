import type { BackendStats, PoolStats } from '@blockpool/core'
import { formatBytes, formatCount, formatDollars, formatMillis, printable } from './format.ts'
import { createStyle, type Style } from './style.ts'
import { type Column, formatTable } from './table.ts'

const COLUMNS: readonly Column[] = [
  { title: 'BACKEND' },
  { title: 'TYPE' },
  { title: 'HEALTH' },
  { title: 'BLOCKS', align: 'right' },
  { title: 'STORED', align: 'right' },
  { title: 'USED', align: 'right' },
  { title: 'READS', align: 'right' },
  { title: 'WRITES', align: 'right' },
  { title: 'ERRORS', align: 'right' },
  { title: 'READ ms', align: 'right' },
  { title: 'WRITE ms', align: 'right' },
  { title: '$/MONTH', align: 'right' },
]

/** The state of a pool for people: one line for each backend, and one for the whole. Ends without a line break. */
export function formatStatus(stats: PoolStats, options: { readonly color?: boolean } = {}): string {
  const style = createStyle(options.color ?? false)
  const backends: readonly BackendStats[] = Object.values(stats.backends)
  const columns = COLUMNS.map((column) => ({ ...column, title: style.bold(column.title) }))
  const table = formatTable(
    columns,
    backends.map((backend) => row(backend, style)),
  )
  return [...table, '', summary(stats, backends, style)].join('\n')
}

/** US dollars for what is stored, for a month of keeping it. */
export function dollarsPerMonth(backend: BackendStats): number {
  return (backend.usedBytes / 1e9) * backend.costPerGb
}

/** A backend does not answer, or may not be used. */
export function isDegraded(stats: PoolStats): boolean {
  return stats.healthyBackends < stats.totalBackends
}

function row(backend: BackendStats, style: Style): string[] {
  return [
    printable(backend.id),
    printable(backend.type),
    health(backend, style),
    formatCount(backend.blocks),
    formatBytes(backend.usedBytes),
    shareUsed(backend, style),
    formatCount(backend.reads),
    formatCount(backend.writes),
    backend.errors > 0 ? style.red(formatCount(backend.errors)) : '0',
    latency(backend.readLatencyMs, style),
    latency(backend.writeLatencyMs, style),
    formatDollars(dollarsPerMonth(backend)),
  ]
}

function health(backend: BackendStats, style: Style): string {
  return backend.healthy ? style.green('healthy') : style.red(backend.unhealthyReason ?? 'unhealthy')
}

function shareUsed({ usedBytes, capacityBytes }: BackendStats, style: Style): string {
  if (capacityBytes === undefined) return style.dim('–')
  const percent = capacityBytes > 0 ? (usedBytes / capacityBytes) * 100 : 100
  const text = `${percent.toFixed(percent < 10 ? 1 : 0)} %`
  return percent >= 95 ? style.red(text) : percent >= 80 ? style.yellow(text) : text
}

function latency(ms: number, style: Style): string {
  return ms > 0 ? formatMillis(ms) : style.dim('–')
}

function summary(stats: PoolStats, backends: readonly BackendStats[], style: Style): string {
  const health = `${stats.healthyBackends} of ${stats.totalBackends} backends healthy`
  const dollars = backends.reduce((sum, backend) => sum + dollarsPerMonth(backend), 0)
  return [
    isDegraded(stats) ? style.red(health) : style.green(health),
    `${formatBytes(stats.usedBytes)} in all copies`,
    `${stats.strategy}, ${stats.copies} ${stats.copies === 1 ? 'copy' : 'copies'}`,
    ...(stats.failovers > 0 ? [`${formatCount(stats.failovers)} failed over`] : []),
    ...(stats.repairs > 0 ? [`${formatCount(stats.repairs)} repaired`] : []),
    `${formatDollars(dollars)} a month`,
  ].join(style.dim(' · '))
}
