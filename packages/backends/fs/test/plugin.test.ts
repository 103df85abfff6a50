import type { PluginContext } from '@blockpool/core'
import { describe, expect, test } from 'vitest'
import { plugin } from '../src/index.ts'
import { filesIn, scratchFolder } from './support/stores.ts'

const baseDir = scratchFolder()
const context: PluginContext = {
  baseDir,
  strategy: () => Promise.reject(new Error('not asked')),
  backend: () => Promise.reject(new Error('not asked')),
}

describe('plugin', () => {
  test.each([
    ['fs:./blocks', { path: './blocks' }],
    ['fs:blocks', { path: 'blocks' }],
    ['fs:/var/blocks', { path: '/var/blocks' }],
    ['fs:///var/blocks', { path: '/var/blocks' }],
    ['file:///var/blocks', { path: '/var/blocks' }],
    ['file:./blocks', { path: './blocks' }],
    ['fs:./my%20blocks%3F', { path: './my blocks?' }],
    ['fs:./blocks?durability=process', { path: './blocks', durability: 'process' }],
    ['fs:./blocks?create=false&durability=power', { path: './blocks', create: false, durability: 'power' }],
  ])('%s is a store', async (url, expected) => {
    const options = plugin.fromUrl?.(url)
    expect(options).toEqual(expected)
    expect(await plugin.options['~standard'].validate(options)).not.toHaveProperty('issues')
  })

  test.each(['fs://host/blocks', 'fs:////blocks', 'fs:./a%', 'fs:./a#b', 'sqlite:./a'])(
    '%s is refused',
    (url) => {
      expect(() => plugin.fromUrl?.(url)).toThrow(expect.objectContaining({ code: 'ERR_INVALID_OPTIONS' }))
    },
  )

  test.each([
    {},
    { path: '' },
    { path: 1 },
    { path: 'a', durability: 'none' },
    { path: 'a', create: 'maybe' },
    { path: 'a', shards: 256 },
    plugin.fromUrl?.('fs:'),
    plugin.fromUrl?.('fs:./a?create=yes'),
  ])('%o is not a configuration', async (options) => {
    expect(await plugin.options['~standard'].validate(options)).toHaveProperty('issues')
  })

  test('relative paths start from the folder of the configuration', async () => {
    const store = await plugin.create({ path: './nested/store', durability: 'process' }, context)
    expect(store.traits.durability).toBe('process')
    await store.open?.()
    expect(filesIn(baseDir)).toEqual([`${baseDir}/nested/store/blocks/store.json`])
    await store.close?.()
  })
})
