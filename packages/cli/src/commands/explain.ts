import type { Explanation, Location, StoragePool } from '@blockpool/core'
import type { CID } from 'multiformats/cid'
import { parseCid } from '../cids.ts'
import { answer, type CommandContext, colorFor, withPool } from '../context.ts'
import { type ExitCode, exitCodes } from '../exit.ts'
import { printable } from '../output/format.ts'
import { createStyle, type Style } from '../output/style.ts'
import { type Column, formatTable } from '../output/table.ts'

export interface ExplainOptions {
  /** Bytes of the block, for where it would be written. */
  readonly size?: number | undefined
}

interface Answer {
  readonly cid: string
  readonly size: number
  readonly backends: readonly Part[]
}

/** What one backend has to do with the block. */
interface Part {
  readonly backend: string
  readonly state: Location['state']
  readonly read: Explanation
  readonly write: Explanation
}

const COLUMNS: readonly Column[] = [
  { title: 'BACKEND' },
  { title: 'BLOCK' },
  { title: 'READ' },
  { title: 'WRITE' },
]

/** Says where a block is, and what the pool would do with it now. */
export async function explain(
  context: CommandContext,
  text: string,
  options: ExplainOptions,
): Promise<ExitCode> {
  const cid = parseCid(text)
  const result = await withPool(context, (pool) => explainBlock(pool, cid, options.size, context.io.signal))
  const style = createStyle(colorFor(context, 'stdout'))
  const rows = result.backends.map((part) => [
    printable(part.backend),
    inColor(part.state, style),
    inWords(part.read, style),
    inWords(part.write, style),
  ])
  await answer(context, formatTable(COLUMNS, rows).join('\n'), result)
  return exitCodes.ok
}

async function explainBlock(
  pool: StoragePool,
  cid: CID,
  givenSize: number | undefined,
  signal: AbortSignal,
): Promise<Answer> {
  const locations = await pool.locate(cid, { signal })
  // Where it would be written depends on its size, which only the block itself tells.
  const size = givenSize ?? (await pool.get(cid, { signal }).catch(() => undefined))?.length ?? 0
  signal.throwIfAborted()
  const read = pool.explain({ op: 'read', cid })
  const write = pool.explain({ op: 'write', cid, size })
  const stateOf = (id: string): Location['state'] =>
    locations.find((location) => location.backend === id)?.state ?? 'unknown'
  const backends = read.flatMap((part): Part[] => {
    const written = write.find(({ backend }) => backend === part.backend)
    return written
      ? [{ backend: part.backend, state: stateOf(part.backend), read: part, write: written }]
      : []
  })
  return { cid: cid.toString(), size, backends }
}

function inWords(part: Explanation, style: Style): string {
  if (part.rank === undefined) return style.dim(`no: ${part.reason}`)
  return part.target ? style.bold(`${part.rank + 1}.`) : style.dim(`${part.rank + 1}.`)
}

function inColor(state: Location['state'], style: Style): string {
  if (state === 'present') return style.green(state)
  return state === 'missing' ? style.dim(state) : style.red(state)
}
