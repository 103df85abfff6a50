import { startQuickS3, startRedis, startRedisCluster } from '@blockpool/test-services'
import { withFolder } from '../shared/temporary.ts'
import type { Place } from './place.ts'

export type Journal = 'one server' | 'cluster'

/** Runs the task with Redis, S3 and a folder of its own. */
export async function withPlace<T>(journal: Journal, task: (place: Place) => Promise<T>): Promise<T> {
  return withFolder(async (folder) => {
    const bucket = await startQuickS3()
    const server = journal === 'cluster' ? await startRedisCluster() : await startRedis({ durable: true })
    try {
      const { endpoint, region, credentials } = bucket
      return await task({
        folder: `${folder}/pool`,
        redis: 'nodes' in server ? { cluster: { nodes: server.nodes } } : { url: server.url },
        s3: { bucket: await bucket.makeBucket(), endpoint, region, credentials },
      })
    } finally {
      await server.stop()
      await bucket.stop()
    }
  })
}
