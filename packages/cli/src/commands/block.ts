import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { CID } from 'multiformats/cid'
import * as Digest from 'multiformats/hashes/digest'
import { parseCid } from '../cids.ts'
import { answer, type CommandContext, withPool } from '../context.ts'
import { CommandError } from '../errors.ts'
import { type ExitCode, exitCodes } from '../exit.ts'
import { write } from '../io.ts'

/** Multicodec codes of the raw codec and of sha2-256. https://github.com/multiformats/multicodec */
const RAW = 0x55
const SHA2_256 = 0x12
/** More than any pool takes by default; so that a wrong pipe does not fill the memory. */
const MAX_INPUT_BYTES = 64 * 1024 * 1024

export interface BlockPutOptions {
  /** The CID that the bytes must have. @default sha2-256 of the bytes, raw codec */
  readonly cid?: string | undefined
}

/** Stores one block from a file, or from stdin; prints its CID. */
export async function blockPut(
  context: CommandContext,
  file: string | undefined,
  options: BlockPutOptions,
): Promise<ExitCode> {
  const { io } = context
  const given = options.cid === undefined ? undefined : parseCid(options.cid)
  const source = file === undefined || file === '-' ? io.stdin : createReadStream(resolve(io.cwd, file))
  const bytes = await readAll(source)
  const cid = given ?? rawCidOf(bytes)
  await withPool(context, (pool) => pool.put({ cid, bytes }, { signal: io.signal }))
  await answer(context, cid.toString(), { cid: cid.toString(), bytes: bytes.length })
  return exitCodes.ok
}

/** Writes the bytes of one block to stdout or to a file. */
export async function blockGet(
  context: CommandContext,
  text: string,
  options: { readonly output?: string | undefined },
): Promise<ExitCode> {
  const { io } = context
  const cid = parseCid(text)
  const bytes = await withPool(context, (pool) => pool.get(cid, { signal: io.signal }))
  if (bytes === undefined) throw new CommandError('ERR_NOT_FOUND', `the block ${cid} is not there`)
  if (options.output === undefined) await write(io.stdout, bytes)
  else await writeFile(resolve(io.cwd, options.output), bytes, { flag: 'wx' })
  return exitCodes.ok
}

/** Says whether a block is stored; the exit code says it, too. */
export async function blockHas(context: CommandContext, text: string): Promise<ExitCode> {
  const cid = parseCid(text)
  const has = await withPool(context, (pool) => pool.has(cid, { signal: context.io.signal }))
  await answer(context, has ? 'yes' : 'no', { cid: cid.toString(), has })
  return has ? exitCodes.ok : exitCodes.notFound
}

/** Deletes blocks; one that is not there is no error. Blocks that link to them are left as they are. */
export async function blockRm(context: CommandContext, texts: readonly string[]): Promise<ExitCode> {
  const cids = texts.map(parseCid)
  await withPool(context, async (pool) => {
    for (const cid of cids) {
      await pool.delete(cid, { signal: context.io.signal })
      await answer(context, `deleted ${cid}`, { cid: cid.toString(), deleted: true })
    }
  })
  return exitCodes.ok
}

function rawCidOf(bytes: Uint8Array): CID {
  return CID.createV1(RAW, Digest.create(SHA2_256, createHash('sha256').update(bytes).digest()))
}

async function readAll(source: AsyncIterable<Uint8Array | string>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of source) {
    const bytes = typeof chunk === 'string' ? new TextEncoder().encode(chunk) : chunk
    size += bytes.length
    if (size > MAX_INPUT_BYTES)
      throw new CommandError('ERR_USAGE', 'the input is too large for one block: use add')
    chunks.push(bytes)
  }
  return new Uint8Array(Buffer.concat(chunks))
}
