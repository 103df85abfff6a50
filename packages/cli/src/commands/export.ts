import { resolve } from 'node:path'
import { type ExportProgress, exportBlocks, exportCar } from '@blockpool/car'
import type { StoragePool } from '@blockpool/core'
import type { CID } from 'multiformats/cid'
import { parseCid } from '../cids.ts'
import { answer, type CommandContext, progressFor, withPool } from '../context.ts'
import { CommandError } from '../errors.ts'
import { type ExitCode, exitCodes } from '../exit.ts'
import { write } from '../io.ts'
import { writeNewFile } from '../output/new-file.ts'
import type { Progress } from '../output/progress.ts'

export interface ExportFileOptions {
  /** @default stdout */
  readonly output?: string | undefined
  readonly force?: boolean | undefined
  readonly duplicates?: boolean | undefined
  /** Off with `--no-links`: these blocks alone. */
  readonly links?: boolean | undefined
}

/** Writes blocks, and all that they link to, as a CAR file. */
export async function exportFile(
  context: CommandContext,
  texts: readonly string[],
  options: ExportFileOptions,
): Promise<ExitCode> {
  const { io } = context
  const start = performance.now()
  const cids = texts.map(parseCid)
  if (options.output === undefined && io.stdout.isTTY) {
    throw new CommandError('ERR_USAGE', 'a CAR is no text for a terminal: name a file with -o')
  }
  let progress: Progress | undefined
  let done: ExportProgress = { blocks: 0, bytes: 0, offset: 0 }
  await withPool(context, async (pool, { verifyGets }) => {
    progress = progressFor(context, 'exporting')
    // The pool hashes what is got, unless it was told not to.
    const portions = portionsOf(pool, cids, options, {
      verify: verifyGets === false,
      signal: io.signal,
      onProgress(state) {
        done = state
        progress?.update(state.offset)
      },
    })
    await writeOut(context, portions, options)
  }).finally(() => progress?.stop())
  if (options.output === undefined) return exitCodes.ok
  const path = resolve(io.cwd, options.output)
  const seconds = (performance.now() - start) / 1000
  const { blocks, bytes, offset: fileBytes } = done
  await answer(context, path, { path, roots: cids.map(String), blocks, bytes, fileBytes, seconds })
  return exitCodes.ok
}

function portionsOf(
  pool: StoragePool,
  cids: readonly CID[],
  { links, duplicates }: ExportFileOptions,
  shared: Parameters<typeof exportBlocks>[2],
): AsyncIterable<Uint8Array> {
  return links === false
    ? exportBlocks(pool, cids, { ...shared, roots: cids })
    : exportCar(pool, cids, { ...shared, duplicates })
}

async function writeOut(
  { io }: CommandContext,
  portions: AsyncIterable<Uint8Array>,
  { output, force = false }: ExportFileOptions,
): Promise<void> {
  if (output !== undefined) {
    const path = resolve(io.cwd, output)
    await writeNewFile(path, portions, { force, signal: io.signal }, () => {})
    return
  }
  for await (const portion of portions) await write(io.stdout, portion)
}
