import { redis } from '@blockpool/redis'
import { startRedis } from '@blockpool/test-services'
import type { Topic } from '../race.ts'
import { rawRedis } from '../stores/ioredis.ts'
import { keyvRedis } from '../stores/keyv.ts'
import { ours } from '../stores/store.ts'
import { unstorageRedis } from '../stores/unstorage.ts'
import { type Goals, type Stores, someBlocks, verbRaces } from './verbs.ts'

const peer = 'unstorage redis'
const goals: Goals = { put: { [peer]: { atLeast: 1.5 } }, get: { [peer]: { atLeast: 1.5 } } }

export const redisTopic: Topic = {
  id: 'redis',
  title: 'Redis',
  races: ({ quick }) =>
    verbRaces(
      {
        id: 'redis',
        title: 'redis()',
        quick,
        needs: ['redis'],
        goals: (bytes, atOnce) => (bytes === 1_024 && atOnce === 32 ? goals : {}),
        stores: redisStores,
      },
      someBlocks(quick),
    ),
}

/** One server, a database for each. */
export async function redisStores(): Promise<Stores> {
  const server = await startRedis()
  return {
    stores: {
      ours: await ours(redis({ url: `${server.url}/0` })),
      [peer]: unstorageRedis(`${server.url}/1`),
      ioredis: rawRedis(`${server.url}/2`),
      'keyv + redis': keyvRedis(`${server.url}/3`),
    },
    close: () => server.stop(),
  }
}
