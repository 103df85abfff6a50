import { buildApp } from 'fauxqs'
import { bucketMaker, type S3Access, type S3Server } from './server.ts'

/**
 * An emulator in this process. It ignores If-None-Match, credentials and checksums: a green test of those on it proves
 * nothing.
 */
export async function startQuickS3(): Promise<S3Server> {
  const app = buildApp({ logger: false, defaultRegion: 'us-east-1' })
  const endpoint = await app.listen({ port: 0, host: '127.0.0.1' })
  const access: S3Access = {
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test-secret' },
  }
  return {
    ...access,
    makeBucket: bucketMaker(access),
    stop: async () => {
      app.server.closeAllConnections()
      await app.close()
    },
  }
}
