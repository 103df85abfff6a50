import { createRegistry, importPlugin, parseBackendUrl, type Registry } from '@blockpool/config'
import { type CaseResult, runBackendCases, runStrategyLaws } from '@blockpool/conformance'
import type { Plugin, Strategy, StrategyPlugin } from '@blockpool/core'
import { type CommandContext, colorFor, installedRegistry } from '../context.ts'
import { CommandError } from '../errors.ts'
import { type ExitCode, exitCodes } from '../exit.ts'
import { write } from '../io.ts'
import { formatMillis, printable } from '../output/format.ts'
import { createStyle, type Style } from '../output/style.ts'
import { prepareSubjects } from './conformance-subject.ts'

export interface ConformanceCommandOptions {
  /** Options of the plugin, as JSON. */
  readonly options?: string | undefined
  /** A uint32; failures print it. */
  readonly seed?: number | undefined
}

/** Runs the conformance kit against a plugin of backends or strategies; the exit code is 1 when a case failed. */
export async function conformance(
  context: CommandContext,
  subject: string,
  options: ConformanceCommandOptions,
): Promise<ExitCode> {
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
  return report(context, results)
}

interface FoundPlugin {
  readonly plugin: Plugin
  /** Knows the plugin, and those that its options may name. */
  readonly registry: Registry
}

/** A known or installed type, or else the name of a package or the path of a file. */
async function findPlugin(context: CommandContext, name: string): Promise<FoundPlugin> {
  const registry = await installedRegistry(context)
  const known = registry.find('backend', name) ?? registry.find('strategy', name)
  if (known !== undefined) return { plugin: known, registry }
  const plugin = await importPlugin(name, [context.io.cwd, import.meta.dirname])
  if (plugin === undefined) {
    throw new CommandError('ERR_USAGE', `'${name}' is no known plugin, installed package or file`)
  }
  const others = registry.plugins.filter(({ kind, type }) => kind !== plugin.kind || type !== plugin.type)
  return { plugin, registry: createRegistry([...others, plugin]) }
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

async function report(context: CommandContext, results: AsyncIterable<CaseResult>): Promise<ExitCode> {
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
  return count.failed > 0 ? exitCodes.error : exitCodes.ok
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
