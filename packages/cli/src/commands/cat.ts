import { parseCidPath } from '../cids.ts'
import { type CommandContext, withPool } from '../context.ts'
import { CommandError } from '../errors.ts'
import { type ExitCode, exitCodes } from '../exit.ts'
import { write } from '../io.ts'
import { readDag, resolvePath } from '../unixfs/read.ts'

/** Writes the bytes of a file to stdout. */
export async function cat(context: CommandContext, wanted: string): Promise<ExitCode> {
  const { io } = context
  const { root, names } = parseCidPath(wanted)
  await withPool(context, async (pool) => {
    const cid = await resolvePath(pool, root, names, { signal: io.signal })
    for await (const entry of readDag(pool, cid, { signal: io.signal })) {
      if (entry.kind !== 'file')
        throw new CommandError('ERR_USAGE', `${wanted} is a ${entry.kind}; cat needs a file`)
      for await (const chunk of entry.content()) await write(io.stdout, chunk)
    }
  })
  return exitCodes.ok
}
