/**
 * Operations a second of this backend beside the SDK with its defaults: same server, same process, interleaved rounds.
 * `node --conditions=@blockpool/source packages/backends/s3/bench/compare.ts bare|quick|ceph`, where `bare` is a server that
 * stores nothing: it shows the clients alone.
 */
import { fork } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { type Block, blockName } from '@blockpool/core'
import { s3 } from '@blockpool/s3'
import { type S3Access, startCeph, startQuickS3 } from '@blockpool/test-services'
import { CID } from 'multiformats/cid'
import { sha256 } from 'multiformats/hashes/sha2'

const [BYTES, AT_ONCE, OPERATIONS, ROUNDS] = [1_024, 32, 1_000, 7]

interface Contestant {
  put(block: Block): Promise<unknown>
  get(block: Block): Promise<Uint8Array | undefined>
}

interface Round {
  readonly perSecond: number
  readonly cpuMicros: number
}

async function round(
  blocks: readonly Block[],
  operation: (block: Block) => Promise<unknown>,
): Promise<Round> {
  const queue = blocks.values()
  const cpu = process.cpuUsage()
  const began = performance.now()
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (const block of queue) await operation(block)
    }),
  )
  const seconds = (performance.now() - began) / 1_000
  const { user, system } = process.cpuUsage(cpu)
  return { perSecond: blocks.length / seconds, cpuMicros: (user + system) / blocks.length }
}

function byDefaults({ endpoint, region, credentials }: S3Access, bucket: string): Contestant {
  const client = new S3Client({ endpoint, region, credentials, forcePathStyle: true })
  const at = ({ cid }: Block) => ({ Bucket: bucket, Key: `defaults/${blockName(cid)}` })
  return {
    put: (block) => client.send(new PutObjectCommand({ ...at(block), Body: block.bytes })),
    get: async (block) => (await client.send(new GetObjectCommand(at(block)))).Body?.transformToByteArray(),
  }
}

async function byBackend({ endpoint, region, credentials }: S3Access, bucket: string): Promise<Contestant> {
  const backend = s3({ endpoint, region, credentials, bucket, prefix: 'tuned' })
  await backend.open?.()
  return { put: (block) => backend.put(block), get: ({ cid }) => backend.get(cid) }
}

async function blocksOf(count: number): Promise<readonly Block[]> {
  const all = Array.from({ length: count }, () => new Uint8Array(randomBytes(BYTES)))
  return Promise.all(
    all.map(async (bytes) => ({ cid: CID.createV1(0x55, await sha256.digest(bytes)), bytes })),
  )
}

async function compare(access: S3Access, bucket: string): Promise<void> {
  const contestants = { defaults: byDefaults(access, bucket), backend: await byBackend(access, bucket) }
  const rounds = new Map<string, Round[]>()
  for (let i = 0; i <= ROUNDS; i++) {
    const blocks = await blocksOf(OPERATIONS)
    for (const [name, contestant] of Object.entries(contestants)) {
      for (const verb of ['put', 'get'] as const) {
        const result = await round(blocks, (block) => contestant[verb](block))
        // The first one warms up.
        if (i > 0) rounds.set(`${verb} ${name}`, [...(rounds.get(`${verb} ${name}`) ?? []), result])
      }
    }
  }
  for (const verb of ['put', 'get']) {
    const [was, is] = ['defaults', 'backend'].map((name) => rounds.get(`${verb} ${name}`) ?? [])
    const speed = (all: readonly Round[] = []) => median(all.map(({ perSecond }) => perSecond))
    const cpu = (all: readonly Round[] = []) => median(all.map(({ cpuMicros }) => cpuMicros))
    console.log(
      `${verb}: ${speed(was).toFixed(0)} -> ${speed(is).toFixed(0)} ops/s (x ${(speed(is) / speed(was)).toFixed(2)}), ` +
        `CPU of the client ${cpu(was).toFixed(0)} -> ${cpu(is).toFixed(0)} us`,
    )
  }
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN
}

/** Answers every put alike, and every get with one block. */
async function startBare(): Promise<S3Access> {
  const [block, store] = [randomBytes(BYTES), '{"format":"blockpool-s3","version":1,"id":"bare"}']
  const server = createServer((request, response) => {
    const body = request.method !== 'GET' ? '' : request.url?.includes('store.json') ? store : block
    request.resume().on('end', () => response.writeHead(200, { 'content-length': body.length }).end(body))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test-secret' }
  return { endpoint: `http://127.0.0.1:${port}`, region: 'us-east-1', credentials }
}

async function startQuick(): Promise<S3Access> {
  const { endpoint, region, credentials, makeBucket } = await startQuickS3()
  await makeBucket('bench')
  return { endpoint, region, credentials }
}

/** A server in a process of its own. */
async function compareApart(which: string): Promise<void> {
  const child = fork(import.meta.filename, ['serve', which])
  const [access] = (await once(child, 'message')) as [S3Access]
  await compare(access, 'bench').finally(() => child.kill())
}

const [task = 'bare', which] = process.argv.slice(2)
if (task === 'serve') {
  process.send?.(await (which === 'quick' ? startQuick() : startBare()))
} else if (task === 'ceph') {
  const server = await startCeph()
  await compare(server, await server.makeBucket()).finally(() => server.stop())
  process.exit()
} else {
  await compareApart(task)
  process.exit()
}
