import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { PluginContext } from '@blockpool/core'
import { plugin } from '@blockpool/redis'
import { redisNeeded, startRedis, temporaryFolder } from '@blockpool/test-services'
import { describe, expect, onTestFinished, test } from 'vitest'

const nodes = [{ host: 'a', port: 1 }]

function contextIn(baseDir: string): PluginContext {
  const unused = () => Promise.reject(new Error('nothing is nested'))
  return { baseDir, strategy: unused, backend: unused }
}

describe('plugin', () => {
  test.each([
    plugin.fromUrl?.('rediss://user:password@cache:7000/3?keyPrefix=a:'),
    plugin.fromUrl?.('redis+unix:///run/redis.sock?db=1'),
    {},
    { sentinel: { name: 'main', nodes, password: 'x' }, password: 'y', db: 1 },
    { cluster: { nodes }, tls: { caFile: './ca.pem', servername: 'cache' } },
    { waitReplicas: { replicas: 1, timeoutMs: 100 }, allowEviction: true },
  ])('takes %j', async (options) => {
    expect(await plugin.options['~standard'].validate(options)).not.toHaveProperty('issues')
  })

  test.each([
    [{ port: 0 }, 'port'],
    [{ host: '' }, 'host'],
    [{ cluster: { nodes: [] } }, 'nodes'],
    [{ sentinel: { nodes } }, 'name'],
    [{ replyTimeoutMs: Number.POSITIVE_INFINITY }, 'replyTimeoutMs'],
    [{ cache: 1 }, 'cache'],
  ])('refuses %j, naming the option', async (options, name) => {
    const { issues } = await plugin.options['~standard'].validate(options)
    expect(issues?.map((issue) => Object(issue.path?.at(-1)).key)).toEqual([name])
  })

  test.runIf(redisNeeded())('reads certificates from files beside the configuration', async () => {
    const [server, folder] = [await startRedis({ tls: true }), await temporaryFolder()]
    onTestFinished(async () => {
      await server.stop()
      await folder.remove()
    })
    await writeFile(join(folder.path, 'ca.pem'), server.certificate)
    const store = await plugin.create(
      { port: server.tlsPort, tls: { caFile: './ca.pem' } },
      contextIn(folder.path),
    )
    await store.open?.()
    await store.ping?.()
    await store.close?.()
  })
})
