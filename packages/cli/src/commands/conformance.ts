import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { parseBackendUrl, type Registry } from '@blockpool/config'
import { type CaseResult, runBackendCases, runStrategyLaws } from '@blockpool/conformance'
import type { Strategy, StrategyPlugin } from '@blockpool/core'
import { type CommandContext, colorFor } from '../context.ts'
import { CommandError } from '../errors.ts'
import { type ExitCode, exitCodes } from '../exit.ts'
import { write } from '../io.ts'
import { badgeStart, type CaseCounts, formatBadge } from '../output/badge.ts'
import { formatMillis, printable } from '../output/format.ts'
import { assertFree, writeNewFile } from '../output/new-file.ts'
import { createStyle, type Style } from '../output/style.ts'
import { findPlugin } from './conformance-plugin.ts'
import { prepareSubjects } from './conformance-subject.ts'

export interface ConformanceCommandOptions {
  /** Options of the plugin, as JSON. */
  readonly options?: string | undefined
  /** A uint32; failures print it. */
  readonly seed?: number | undefined
  /** Where to write an SVG with the result. */
  readonly badge?: string | undefined
}

/** Runs the conformance kit against a plugin of backends or strategies; the exit code is 1 when a case failed. */
export async function conformance(
  context: CommandContext,
  subject: string,
  options: ConformanceCommandOptions,
): Promise<ExitCode> {
  const badge = options.badge === undefined ? undefined : resolve(context.io.cwd, options.badge)
  if (badge !== undefined) await assertBadgeOrFree(badge)
  const url = parseBackendUrl(subject)
  const { plugin, registry } = await findPlugin(context, url?.type ?? subject)
  const given = parseOptions(options.options)
  const results =
    plugin.kind === 'strategy'
      ? await strategyResults(registry, plugin, given, options)
      : runBackendCases(
          await prepareSubjects(registry, plugin, { ...(url && { url: subject }), options: given }),
          { seed: options.seed },
        )
  const counts = await report(context, results)
  if (badge !== undefined) await writeBadge(badge, counts)
  return counts.failed > 0 ? exitCodes.error : exitCodes.ok
}

async function strategyResults(
  registry: Registry,
  plugin: StrategyPlugin,
  options: Readonly<Record<string, unknown>> | undefined,
  { seed }: ConformanceCommandOptions,
): Promise<AsyncIterable<CaseResult>> {
  // The kit asks for instances at once, and a plugin makes them in its own time.
  const made: Strategy[] = []
  for (let i = 0; i < 64; i += 1) made.push(await registry.strategy({ ...options, type: plugin.type }))
  let taken = 0
  const create = (): Strategy => made[taken++ % made.length] as Strategy
  return runStrategyLaws(create, { seed })
}

async function report(context: CommandContext, results: AsyncIterable<CaseResult>): Promise<CaseCounts> {
  const { io, options } = context
  const style = createStyle(colorFor(context, 'stdout'))
  const count = { passed: 0, failed: 0, skipped: 0 }
  for await (const result of results) {
    io.signal.throwIfAborted()
    count[result.status] += 1
    if (options.quiet && result.status !== 'failed') continue
    await write(io.stdout, `${options.json ? JSON.stringify(forPrograms(result)) : inWords(result, style)}\n`)
  }
  const words = `${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped`
  const colored = count.failed > 0 ? style.red(words) : style.green(words)
  await write(io.stdout, options.json ? `${JSON.stringify(count)}\n` : `\n${colored}\n`)
  return count
}

/** A badge of before may be replaced; @throws CommandError `ERR_EXISTS` for anything else that is there. */
async function assertBadgeOrFree(path: string): Promise<void> {
  const text = await readFile(path, 'utf8').catch(() => '')
  await assertFree(path, text.startsWith(badgeStart))
}

async function writeBadge(path: string, counts: CaseCounts): Promise<void> {
  await assertBadgeOrFree(path)
  async function* content(): AsyncGenerator<Uint8Array> {
    yield new TextEncoder().encode(formatBadge(counts))
  }
  await writeNewFile(path, content(), { force: true }, () => {})
}

function forPrograms(result: CaseResult): object {
  return result.status === 'failed' ? { ...result, error: result.error.message } : result
}

function inWords(result: CaseResult, style: Style): string {
  if (result.status === 'skipped') return style.dim(`- ${result.id}: ${printable(result.reason)}`)
  if (result.status === 'failed') return `${style.red('✗')} ${printable(result.error.message)}`
  return `${style.green('✓')} ${result.id} ${style.dim(`${result.title} (${formatMillis(result.durationMs)} ms)`)}`
}

function parseOptions(text: string | undefined): Readonly<Record<string, unknown>> | undefined {
  if (text === undefined) return undefined
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value }
  } catch {
    // The message of the parser would quote what may be secret.
  }
  throw new CommandError('ERR_USAGE', '--options takes a JSON object')
}
