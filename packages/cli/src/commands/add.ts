import { resolve } from 'node:path'
import { answer, type CommandContext, progressFor, warn, warnSkipped, withPool } from '../context.ts'
import { type ExitCode, exitCodes } from '../exit.ts'
import { formatCount } from '../output/format.ts'
import type { Progress } from '../output/progress.ts'
import { importPaths, measurePaths } from '../unixfs/import.ts'

export interface AddOptions {
  readonly wrap?: boolean | undefined
}

/** Stores files and directories; prints the CID of the root. */
export async function add(
  context: CommandContext,
  paths: readonly string[],
  options: AddOptions,
): Promise<ExitCode> {
  const { io } = context
  const start = performance.now()
  const absolute = paths.map((path) => resolve(io.cwd, path))
  let progress: Progress | undefined
  let underReplicated = 0
  const report = await withPool(
    context,
    async (pool) => {
      const { bytes } = await measurePaths(absolute, io.signal)
      progress = progressFor(context, 'adding', bytes)
      const imported = await importPaths(pool, absolute, {
        ...options,
        signal: io.signal,
        onProgress: (state) => progress?.update(state.bytes, state.current),
      })
      await pool.settled()
      return imported
    },
    (event) => {
      if (event.type === 'under-replicated') underReplicated += 1
    },
  ).finally(() => progress?.stop())
  await warnSkipped(context, report.skipped)
  if (underReplicated > 0) {
    await warn(context, `${formatCount(underReplicated)} blocks have fewer copies than wanted`)
  }
  const root = report.root.toString()
  const seconds = (performance.now() - start) / 1000
  await answer(context, root, { ...report, root, underReplicated, seconds })
  return exitCodes.ok
}
