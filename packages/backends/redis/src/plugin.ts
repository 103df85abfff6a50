import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { BackendPlugin, PluginContext } from '@blockpool/core'
import * as v from 'valibot'
import type { Address, RedisOptions, TlsOptions, WaitReplicas } from './options.ts'
import { redis } from './redis.ts'
import { optionsFromUrl } from './url.ts'

/** As the options of `redis`, with files instead of certificates. */
export interface RedisConfig extends Login {
  readonly host?: string | undefined
  readonly port?: number | undefined
  readonly path?: string | undefined
  readonly sentinel?: (Login & { readonly name: string; readonly nodes: readonly Address[] }) | undefined
  readonly cluster?: { readonly nodes: readonly Address[] } | undefined
  readonly db?: number | undefined
  readonly keyPrefix?: string | undefined
  readonly replyTimeoutMs?: number | undefined
  readonly allowEviction?: boolean | undefined
  readonly waitReplicas?: WaitReplicas | undefined
}

interface Login {
  readonly username?: string | undefined
  readonly password?: string | undefined
  readonly tls?: boolean | TlsFiles | undefined
}

interface TlsFiles {
  readonly caFile?: string | undefined
  readonly certFile?: string | undefined
  readonly keyFile?: string | undefined
  readonly servername?: string | undefined
}

const text = v.pipe(v.string(), v.nonEmpty())
const port = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(65_535))
const duration = v.pipe(v.number(), v.finite(), v.minValue(1))
const nodes = v.pipe(v.array(v.strictObject({ host: text, port })), v.minLength(1))
const tls = v.union([
  v.boolean(),
  v.strictObject({
    caFile: v.optional(v.pipe(text, v.description('Certificates of the authorities, PEM.'))),
    certFile: v.optional(text),
    keyFile: v.optional(text),
    servername: v.optional(text),
  }),
])
const login = { username: v.optional(text), password: v.optional(v.string()), tls: v.optional(tls) }

const options: v.GenericSchema<unknown, RedisConfig> = v.strictObject({
  host: v.optional(v.pipe(text, v.description("Default: '127.0.0.1'."))),
  port: v.optional(v.pipe(port, v.description('Default: 6379.'))),
  path: v.optional(v.pipe(text, v.description('A unix socket, instead of host and port.'))),
  sentinel: v.optional(v.strictObject({ name: text, nodes, ...login })),
  cluster: v.optional(v.strictObject({ nodes })),
  db: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0))),
  ...login,
  keyPrefix: v.optional(v.pipe(v.string(), v.description("Starts every key. Default: 'blockpool:'."))),
  replyTimeoutMs: v.optional(
    v.pipe(
      duration,
      v.description('A server that says nothing for so long is taken for dead. Default: 5000.'),
    ),
  ),
  allowEviction: v.optional(
    v.pipe(v.boolean(), v.description('Opens a server that may drop blocks. Default: false.')),
  ),
  waitReplicas: v.optional(
    v.strictObject({ replicas: v.pipe(v.number(), v.integer(), v.minValue(1)), timeoutMs: duration }),
  ),
})

/** `{ "type": "redis", "host": "cache" }`, or as a URL `redis://cache:6379/0?keyPrefix=blocks:`. */
export const plugin: BackendPlugin<RedisConfig> = {
  kind: 'backend',
  type: 'redis',
  options,
  fromUrl: optionsFromUrl,
  create: async (config, context) => redis(await withFiles(config, context)),
}

async function withFiles(
  { tls, sentinel, ...rest }: RedisConfig,
  context: PluginContext,
): Promise<RedisOptions> {
  const watched = sentinel && { sentinel: { ...sentinel, tls: await tlsOf(sentinel.tls, context) } }
  return { ...rest, ...watched, tls: await tlsOf(tls, context) } as RedisOptions
}

async function tlsOf(
  tls: RedisConfig['tls'],
  { baseDir }: PluginContext,
): Promise<boolean | TlsOptions | undefined> {
  if (typeof tls !== 'object') return tls
  const { caFile, certFile, keyFile, servername } = tls
  const read = async (file: string | undefined): Promise<Buffer | undefined> =>
    file === undefined ? undefined : readFile(resolve(baseDir, file))
  return { ca: await read(caFile), cert: await read(certFile), key: await read(keyFile), servername }
}
