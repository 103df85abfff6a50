import { open } from 'node:fs/promises'
import { resolve } from 'node:path'
import { type ByteSource, type ImportReport, importCar, isCarError } from '@blockpool/car'
import { errorCode, type StoragePool } from '@blockpool/core'
import { answer, type CommandContext, progressFor, warn, withPool } from '../context.ts'
import { type ExitCode, exitCodes } from '../exit.ts'
import { formatBytes, formatCount } from '../output/format.ts'
import type { Progress } from '../output/progress.ts'

/** Large portions make large transactions where a backend gathers puts. */
const PORTION_BYTES = 1024 * 1024

/** Puts the blocks of a CAR file, or of stdin, into the pool; prints the roots. */
export async function importFile(context: CommandContext, file: string): Promise<ExitCode> {
  const start = performance.now()
  let progress: Progress | undefined
  let underReplicated = 0
  const { header, blocks, bytes } = await withPool(
    context,
    async (pool, options) => {
      await using input = await openInput(context, file)
      progress = progressFor(context, 'importing', input.totalBytes)
      const report = await importInto(context, pool, input.source, {
        // The pool hashes what is put, unless it was told not to.
        verify: options.verifyPuts === false,
        onProgress: (offset) => progress?.update(offset),
      })
      await pool.settled()
      return report
    },
    (event) => {
      if (event.type === 'under-replicated') underReplicated += 1
    },
  ).finally(() => progress?.stop())
  if (underReplicated > 0) {
    await warn(context, `${formatCount(underReplicated)} blocks have fewer copies than wanted`)
  }
  const roots = header.roots.map(String)
  const seconds = (performance.now() - start) / 1000
  const object = { roots, version: header.version, blocks, bytes, underReplicated, seconds }
  const text = roots.length > 0 ? roots.join('\n') : `${formatCount(blocks)} blocks, no roots`
  await answer(context, text, object)
  return exitCodes.ok
}

interface Handling {
  readonly verify: boolean
  readonly onProgress: (offset: number) => void
}

/** An error says first what is in the pool by then. What the pool or the file itself said comes out as it was. */
async function importInto(
  context: CommandContext,
  pool: StoragePool,
  source: ByteSource,
  { verify, onProgress }: Handling,
): Promise<ImportReport> {
  try {
    return await importCar(pool, source, {
      verify,
      signal: context.io.signal,
      onProgress: ({ offset }) => onProgress(offset),
    })
  } catch (error) {
    if (!isCarError(error) || error.imported === undefined) throw error
    const { blocks, bytes } = error.imported
    await warn(context, `${formatCount(blocks)} blocks (${formatBytes(bytes)}) were imported and stay`)
    const isOfPool = error.code === 'ERR_CAR_REFUSED' && errorCode(error.cause) !== undefined
    throw isOfPool || error.code === 'ERR_CAR_SOURCE' ? error.cause : error
  }
}

interface Input extends AsyncDisposable {
  readonly source: ByteSource
  readonly totalBytes: number | undefined
}

async function openInput({ io }: CommandContext, file: string): Promise<Input> {
  if (file === '-') {
    return { source: bytesOf(io.stdin), totalBytes: undefined, [Symbol.asyncDispose]: async () => {} }
  }
  const handle = await open(resolve(io.cwd, file))
  const { size } = await handle.stat()
  return {
    source: handle.createReadStream({ highWaterMark: PORTION_BYTES, autoClose: false }),
    totalBytes: size,
    [Symbol.asyncDispose]: () => handle.close(),
  }
}

async function* bytesOf(stream: AsyncIterable<Uint8Array | string>): AsyncGenerator<Uint8Array> {
  for await (const chunk of stream) yield typeof chunk === 'string' ? new TextEncoder().encode(chunk) : chunk
}
