import { LocationHints } from '@blockpool/core'
import { CID } from 'multiformats/cid'
import * as Digest from 'multiformats/hashes/digest'
import { wordsAt } from '../digest-words.ts'
import { bytesInUse } from '../garbage.ts'
import type { Figures, Lap, Race, Topic } from '../race.ts'
import { cost } from './metrics.ts'

const PEER = 'a Map by CID string'
const LOOKS = 100_000

export const hintsTopic: Topic = {
  id: 'hints',
  title: 'Location hints',
  races: ({ quick }) => [hints(quick ? 50_000 : 5_000_000)],
}

function hints(blocks: number): Race {
  return {
    id: 'hints',
    title: `location hints of ${blocks / 1e6} M blocks`,
    metrics: {
      memory: cost('bytes a block', { none: { of: 'ours', atMost: 8 } }),
      'look-up': cost('ns', { none: { of: 'ours', atMost: 250 } }),
    },
    async start() {
      return { contenders: { ours: ourLap(blocks), [PEER]: mapLap(blocks) }, close: async () => {} }
    },
  }
}

function ourLap(blocks: number): Lap {
  const table = new LocationHints(blocks, 1)
  for (let i = 0; i < blocks; i++) table.add(wordsAt(i), i % 3)
  return async () => ({
    memory: table.byteLength / table.size,
    'look-up': timeLooks(blocks, wordsAt, (words) => table.get(words).length > 0),
  })
}

/** What one would write without thinking about it, but for flat strings: those that CIDs make take 1.3 KB each. */
function mapLap(blocks: number): Lap {
  const before = bytesInUse()
  const map = new Map<string, number>()
  for (let i = 0; i < blocks; i++)
    map.set(Buffer.from(cidAt(i).toString(), 'latin1').toString('latin1'), i % 3)
  const held = (bytesInUse() - before) / blocks
  return async (): Promise<Figures> => ({
    memory: held,
    'look-up': timeLooks(blocks, cidAt, (cid) => map.has(cid.toString())),
  })
}

/** Nanoseconds of a look-up of blocks in no order, without the making of what is looked up. */
function timeLooks<T>(blocks: number, make: (i: number) => T, look: (what: T) => boolean): number {
  const wanted = Array.from({ length: LOOKS }, () => make(Math.floor(Math.random() * blocks)))
  let found = 0
  const began = performance.now()
  for (const one of wanted) if (look(one)) found++
  const took = performance.now() - began
  if (found < LOOKS) throw new Error('blocks that were added are not found')
  return (took * 1e6) / LOOKS
}

function cidAt(i: number): CID {
  const digest = new Uint8Array(32)
  const view = new DataView(digest.buffer)
  wordsAt(i).forEach((word, at) => {
    view.setUint32(at * 4, word)
  })
  return CID.createV1(0x55, Digest.create(0x12, digest))
}
