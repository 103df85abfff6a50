import { inspect } from 'node:util'
import type { PluginContext } from '@blockpool/core'
import { describe, expect, test } from 'vitest'
import { plugin } from '../src/index.ts'

const unused = () => Promise.reject(new Error('nothing is nested'))
const context: PluginContext = { baseDir: '/nowhere', strategy: unused, backend: unused }

describe('plugin', () => {
  test.each([
    ['s3://blocks', { bucket: 'blocks' }],
    ['s3://blocks/', { bucket: 'blocks' }],
    ['s3://blocks/a/b?region=eu-central-1', { bucket: 'blocks', prefix: 'a/b', region: 'eu-central-1' }],
    [
      's3://blocks?endpoint=https%3A%2F%2Fs3.example.com%3A9000&forcePathStyle=true&create=false&connections=8',
      {
        bucket: 'blocks',
        endpoint: 'https://s3.example.com:9000',
        forcePathStyle: true,
        create: false,
        connections: 8,
      },
    ],
  ])('reads %s', async (url, expected) => {
    const options = plugin.fromUrl?.(url)
    expect(options).toEqual(expected)
    expect(await plugin.options['~standard'].validate(options)).not.toHaveProperty('issues')
  })

  test.each([
    's3:blocks',
    's3:///a',
    's3://id:SECRET@blocks',
    's3://blocks?secretAccessKey=SECRET',
    's3://blocks/%zz',
  ])('refuses %s, and repeats no secret', (url) => {
    let error: unknown
    try {
      plugin.fromUrl?.(url)
    } catch (thrown) {
      error = thrown
    }
    expect(error).toMatchObject({ code: 'ERR_INVALID_OPTIONS' })
    expect(inspect(error)).not.toContain('SECRET')
  })

  test.each([
    {},
    { bucket: '' },
    { bucket: 'a', region: '' },
    { bucket: 'a', credentials: { accessKeyId: 'id' } },
    { bucket: 'a', client: {} },
    plugin.fromUrl?.('s3://a?forcePathStyle=yes'),
    plugin.fromUrl?.('s3://a?connections=many'),
  ])('%o is no configuration', async (options) => {
    expect(await plugin.options['~standard'].validate(options)).toHaveProperty('issues')
  })

  test('makes a backend, not opened', async () => {
    const backend = await plugin.create({ bucket: 'blocks', region: 'eu-central-1', connections: 8 }, context)
    expect(backend.traits).toMatchObject({ durability: 'power', concurrency: 8, lateEffects: true })
    await expect(backend.ping?.()).rejects.toMatchObject({ code: 'ERR_CLOSED' })
  })
})
