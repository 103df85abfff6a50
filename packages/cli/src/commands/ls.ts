import type { StoragePool } from '@blockpool/core'
import { type CommandContext, withPool } from '../context.ts'
import { type ExitCode, exitCodes } from '../exit.ts'
import { writeLines } from '../io.ts'

export interface LsOptions {
  /** List what can be listed, also when a backend cannot. */
  readonly partial?: boolean | undefined
}

/** Prints the CID of every stored block. */
export async function ls(context: CommandContext, options: LsOptions): Promise<ExitCode> {
  await withPool(context, (pool) => writeLines(context.io.stdout, lines(pool, context, options)))
  return exitCodes.ok
}

async function* lines(pool: StoragePool, { io, options }: CommandContext, { partial }: LsOptions) {
  for await (const cid of pool.list({ signal: io.signal, partial })) {
    yield options.json ? JSON.stringify({ cid: cid.toString() }) : cid.toString()
  }
}
