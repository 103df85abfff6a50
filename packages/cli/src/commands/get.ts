import { resolve } from 'node:path'
import { parseCidPath } from '../cids.ts'
import { answer, type CommandContext, progressFor, warnSkipped, withPool } from '../context.ts'
import { type ExitCode, exitCodes } from '../exit.ts'
import type { Progress } from '../output/progress.ts'
import { exportDag } from '../unixfs/export.ts'
import { safeName } from '../unixfs/names.ts'
import { resolvePath } from '../unixfs/read.ts'

export interface GetOptions {
  /** @default the last part of what was asked for, in the current folder */
  readonly output?: string | undefined
  readonly force?: boolean | undefined
  readonly allLinks?: boolean | undefined
}

/** Writes a file or a directory tree to disk. */
export async function get(context: CommandContext, wanted: string, options: GetOptions): Promise<ExitCode> {
  const { io } = context
  const start = performance.now()
  const { root, names } = parseCidPath(wanted)
  const path = resolve(io.cwd, options.output ?? safeName(names.at(-1) ?? root.toString()))
  let progress: Progress | undefined
  const { cid, report } = await withPool(context, async (pool) => {
    const cid = await resolvePath(pool, root, names, { signal: io.signal })
    const report = await exportDag(pool, cid, {
      path,
      force: options.force,
      allLinks: options.allLinks,
      signal: io.signal,
      onProgress(state) {
        progress ??= progressFor(context, 'getting', state.totalBytes)
        progress.update(state.bytes, state.current)
      },
    })
    return { cid, report }
  }).finally(() => progress?.stop())
  await warnSkipped(context, report.skipped)
  const seconds = (performance.now() - start) / 1000
  await answer(context, path, { cid: cid.toString(), path, ...report, seconds })
  return report.skipped.length > 0 ? exitCodes.error : exitCodes.ok
}
