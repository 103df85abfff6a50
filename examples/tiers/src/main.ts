/**
 * Memory in front, Redis warm, S3 cold: a put resolves when two copies are where a power cut does not reach them.
 *
 *   REDIS_URL=redis://… S3_URL=s3://bucket/prefix?endpoint=… node src/main.ts
 */
import { createPool, memory } from '@blockpool/core'
import { redis } from '@blockpool/redis'
import { s3 } from '@blockpool/s3'
import { startQuickS3, startRedis } from '@blockpool/test-services'
import { CID } from 'multiformats/cid'
import { sha256 } from 'multiformats/hashes/sha2'

const RAW = 0x55
await using servers = new AsyncDisposableStack()

/** The server of the environment, or one of ours that syncs every write. */
async function openRedis() {
  if (process.env.REDIS_URL) return redis(process.env.REDIS_URL)
  const { url, stop } = await startRedis({ durable: true })
  servers.defer(stop)
  return redis(url)
}

/** The bucket of the environment, or one in an emulator. */
async function openS3() {
  if (process.env.S3_URL) return s3(process.env.S3_URL)
  const { endpoint, region, credentials, makeBucket, stop } = await startQuickS3()
  servers.defer(stop)
  return s3({ bucket: await makeBucket(), endpoint, region, credentials })
}

await using pool = await createPool({
  copies: 3,
  writeQuorum: 2,
  durability: 'power',
  backends: {
    front: { backend: memory({ maxBytes: 64 * 1024 * 1024 }), priority: 300 },
    warm: { backend: await openRedis(), priority: 200 },
    cold: { backend: await openS3(), priority: 100, costPerGb: 0.023 },
  },
})

for (let n = 1; n <= 5; n++) {
  const bytes = new TextEncoder().encode(`block ${n}`.repeat(n * 1_000))
  const cid = CID.createV1(RAW, await sha256.digest(bytes))
  await pool.put({ cid, bytes })
  const found = await pool.get(cid)
  await pool.settled()
  const copies = (await pool.locate(cid)).filter(({ state }) => state === 'present')
  console.log(`${found?.length} bytes of ${cid} are in ${copies.map(({ backend }) => backend).join(', ')}`)
}
for (const { id, traits, blocks, usedBytes, reads } of Object.values(pool.stats().backends)) {
  console.log(`${id} (survives: ${traits.durability}): ${blocks} blocks, ${usedBytes} bytes, ${reads} reads`)
}
