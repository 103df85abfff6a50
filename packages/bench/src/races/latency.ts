import type { Block } from '@blockpool/core'
import type { Figures, Race, Server, Topic } from '../race.ts'
import { quantile } from '../statistics.ts'
import type { Store } from '../stores/store.ts'
import { makeBlocks, renewed, timed } from '../work.ts'
import { unsyncedFiles } from './fs.ts'
import { memoryStores } from './memory.ts'
import { cost } from './metrics.ts'
import { redisStores } from './redis.ts'
import { emulatorStores } from './s3.ts'
import { sqliteStores } from './sqlite.ts'
import { raceOf, type Stores } from './verbs.ts'

export const latencyTopic: Topic = {
  id: 'latency',
  title: 'Latency, 1 KiB',
  races: ({ quick }) =>
    [1, 32].flatMap((atOnce) => [
      latencyRace('memory', atOnce, quick ? 1_000 : 10_000, memoryStores),
      latencyRace('sqlite', atOnce, quick ? 40 : 500, sqliteStores),
      latencyRace('fs', atOnce, quick ? 40 : 1_000, unsyncedFiles),
      latencyRace('redis', atOnce, quick ? 200 : 2_000, redisStores, ['redis']),
      latencyRace('s3', atOnce, quick ? 40 : 300, emulatorStores, ['s3']),
    ]),
}

function latencyRace(
  id: string,
  atOnce: number,
  count: number,
  start: () => Promise<Stores>,
  needs: readonly Server[] = [],
): Race {
  return {
    id: `latency/${id}/x${atOnce}`,
    title: `${id}, 1 KiB, ${atOnce} at once`,
    needs,
    metrics: {
      'put-p50': cost('µs'),
      'put-p99': cost('µs'),
      'get-p50': cost('µs'),
      'get-p99': cost('µs'),
    },
    async start() {
      const blocks = makeBlocks(count, 1_024)
      return raceOf(await start(), (store) => latencyLap(store, blocks, atOnce))
    },
  }
}

async function latencyLap(store: Store, blocks: readonly Block[], atOnce: number): Promise<Figures> {
  const put = await times(renewed(blocks), atOnce, (block) => store.put(block))
  const get = await times(renewed(blocks), atOnce, ({ cid }) => store.get(cid))
  await timed(blocks, 32, ({ cid }) => store.delete(cid))
  return {
    'put-p50': quantile(put, 0.5),
    'put-p99': quantile(put, 0.99),
    'get-p50': quantile(get, 0.5),
    'get-p99': quantile(get, 0.99),
  }
}

/** Microseconds of each call. */
async function times(
  blocks: readonly Block[],
  atOnce: number,
  operation: (block: Block) => Promise<unknown>,
): Promise<number[]> {
  const all: number[] = []
  await timed(blocks, atOnce, async (block) => {
    const began = performance.now()
    await operation(block)
    all.push((performance.now() - began) * 1_000)
  })
  return all
}
