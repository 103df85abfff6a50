import type { Backend, Block } from '@blockpool/core'
import type { CID } from 'multiformats/cid'
import { assertBytes, assertEqual, assertLists } from './assert.ts'
import { blockOf, listAll, spellings } from './blocks.ts'
import type { Random } from './random.ts'

type Action = 'put' | 'get' | 'has' | 'delete'

/** Verbs with their weight in a random sequence. */
const ACTIONS: readonly Action[] = ['put', 'put', 'put', 'get', 'get', 'has', 'delete', 'delete', 'delete']
const HISTORY = 8

interface ModelBlock extends Block {
  readonly spellings: readonly CID[]
}

/** A store as it should be: the blocks that can occur, and which of them are stored. */
export interface Model {
  readonly size: number
  /** Draws a verb. */
  draw(random: Random): Action
  /** Does the same to the backend and to the model; fails when they differ. */
  apply(backend: Backend, action: Action, index: number, random: Random): Promise<void>
  /** Compares the list, and every block when asked. */
  compare(backend: Backend, extent: 'list' | 'everything'): Promise<void>
  /** Adds the latest steps to an error. */
  explain(error: unknown): Error
  /** Remembers a step that is none of the verbs. */
  note(step: string): void
}

/** An empty model over blocks of many sizes, some of them views into larger buffers. */
export async function createModel(random: Random, size = 24): Promise<Model> {
  const blocks = await Promise.all(Array.from({ length: size }, (_, i) => modelBlock(random, i)))
  const stored = new Set<ModelBlock>()
  const history: string[] = []
  const at = (index: number): ModelBlock => blocks[index % size] as ModelBlock
  const check = async (backend: Backend, block: ModelBlock, cid: CID): Promise<void> => {
    const got = await backend.get(cid)
    if (stored.has(block)) assertBytes(`get of ${cid}`, got, block.bytes)
    else assertEqual(`get of ${cid}`, got, undefined)
  }
  return {
    size,
    draw: (random) => random.pick(ACTIONS),
    note: (step) => void history.push(step),
    async apply(backend, action, index, random) {
      const block = at(index)
      const cid = random.pick(block.spellings)
      history.push(`${action} #${index}`)
      if (action === 'get') return check(backend, block, cid)
      if (action === 'has') return assertEqual(`has of ${cid}`, await backend.has(cid), stored.has(block))
      if (action === 'put') await backend.put({ cid, bytes: block.bytes })
      else await backend.delete(cid)
      if (action === 'put') stored.add(block)
      else stored.delete(block)
    },
    async compare(backend, extent) {
      history.push('list')
      assertLists('list', await listAll(backend), [...stored])
      if (extent === 'everything') for (const block of blocks) await check(backend, block, block.cid)
    },
    explain(error) {
      const steps = history.slice(-HISTORY).join(', ')
      const message = error instanceof Error ? error.message : String(error)
      return new Error(`step ${history.length} (… ${steps}): ${message}`, { cause: error })
    },
  }
}

/** Blocks of 0 bytes, and from 8 bytes up: shorter random ones could be equal. */
async function modelBlock(random: Random, index: number): Promise<ModelBlock> {
  const size = index === 0 ? 0 : 8 + random.int(2 ** (1 + random.int(17)))
  const buffer = random.bytes(size + 16)
  const block = await blockOf(index % 3 === 0 ? buffer.subarray(8, 8 + size) : buffer.slice(0, size))
  return { ...block, spellings: spellings(block.cid) }
}
