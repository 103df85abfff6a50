import { redactText } from '@blockpool/config'
import { errorCode, type PoolError } from '@blockpool/core'
import { type CommandContext, colorFor } from '../context.ts'
import { CommandError } from '../errors.ts'
import { type ExitCode, exitCodeOf, exitCodes } from '../exit.ts'
import { write } from '../io.ts'
import { printable } from './format.ts'
import { createStyle } from './style.ts'

/**
 * Writes an error to stderr, in words or as `{ "error": { code, message, backends } }`, and says its exit code. What
 * was aborted by the user, or lost its reader, ends without a word.
 */
export async function reportError(context: CommandContext, error: unknown): Promise<ExitCode> {
  const { io, options } = context
  if (io.signal.aborted) return exitCodes.interrupted
  const exitCode = exitCodeOf(error)
  if (exitCode === exitCodes.closedPipe) return exitCode
  const message = redactText(error instanceof Error ? error.message : String(error))
  const backends = backendsOf(error)
  if (options.json) {
    const object = { error: { code: codeOf(error), message, ...(backends && { backends }) } }
    await write(io.stderr, `${JSON.stringify(object)}\n`)
    return exitCode
  }
  const style = createStyle(colorFor(context, 'stderr'))
  const lines = message.split('\n').map((line) => `${style.red('error:')} ${printable(line)}\n`)
  const details = Object.entries(backends ?? {}).map(
    ([id, text]) => `  ${printable(id)}: ${printable(text)}\n`,
  )
  await write(io.stderr, [...lines, ...details].join(''))
  return exitCode
}

/** What each backend said, in words. */
function backendsOf(error: unknown): Readonly<Record<string, string>> | undefined {
  const outcomes = errorCode(error) && (error as PoolError).outcomes
  if (!outcomes) return undefined
  return Object.fromEntries(
    Object.entries(outcomes).map(([id, { outcome, reason, error: cause }]) => {
      const why = reason ?? (cause instanceof Error ? cause.message : '')
      return [id, redactText(why === '' ? outcome : `${outcome}, ${why}`)]
    }),
  )
}

function codeOf(error: unknown): string {
  if (error instanceof CommandError) return error.code
  return errorCode(error) ?? String((error as { code?: unknown } | undefined)?.code ?? 'ERR_UNKNOWN')
}
