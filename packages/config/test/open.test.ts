import { join } from 'node:path'
import type { StoragePool } from '@blockpool/core'
import { plugin as fs, fs as fsBackend } from '@blockpool/fs'
import * as replicated from '@blockpool/replicated'
import * as sizeBased from '@blockpool/size-based'
import * as sqlite from '@blockpool/sqlite'
import { describe, expect, it, onTestFinished } from 'vitest'
import {
  createRegistry,
  type LoadedConfig,
  loadConfig,
  type OpenOptions,
  openPool,
  type PoolConfig,
  parseConfig,
  poolOptionsFromConfig,
} from '../src/index.ts'
import { fakePlugin, importing, makeBlock, makeFolder, refusal, write } from './support.ts'

const packages = importing({
  '@blockpool/size-based': sizeBased,
  '@blockpool/replicated': replicated,
  '@blockpool/sqlite': sqlite,
})

describe('openPool', () => {
  it('opens what a file says, with paths from its folder', async () => {
    const cwd = await makeFolder()
    await write(join(cwd, 'blockpool.config.json'), {
      copies: 2,
      backends: { disk: 'fs:./blocks', db: { type: 'sqlite', path: './hot.db', priority: 200 } },
    })
    const block = await makeBlock(new Uint8Array(100).fill(1))
    const options = { registry: createRegistry([fs]), importPackage: packages }
    const pool = await openPool(await loadConfig({ cwd, env: {} }), options)
    await pool.put(block)
    await pool.settled()
    expect(pool.stats().backends).toMatchObject({ disk: { writes: 1 }, db: { writes: 1, priority: 200 } })
    await pool.close()

    const disk = fsBackend({ path: join(cwd, 'blocks') })
    await disk.open?.()
    expect(await disk.get(block.cid)).toEqual(block.bytes)
    await disk.close?.()
  })

  it('routes large blocks to two backends and small ones to one, as nested strategies in a file say', async () => {
    const cwd = await makeFolder()
    await write(join(cwd, 'blockpool.config.json'), {
      strategy: {
        type: 'size-based',
        within: [{ fromBytes: 1000, strategy: { type: 'replicated', copies: 2 } }],
      },
      backends: {
        small: 'memory:',
        large1: { type: 'memory', sizeThresholdBytes: 1000 },
        large2: 'memory:?sizeThresholdBytes=1000',
      },
    })
    const pool = await openForTest(await loadConfig({ cwd, env: {} }))
    const small = await makeBlock(new Uint8Array(999))
    const large = await makeBlock(new Uint8Array(1000))
    await pool.put(small)
    await pool.put(large)
    await pool.settled()
    const placesOf = async (cid: typeof small.cid) =>
      (await pool.locate(cid)).filter(({ state }) => state === 'present').map(({ backend }) => backend)
    expect(await placesOf(small.cid)).toEqual(['small'])
    expect((await placesOf(large.cid)).toSorted()).toEqual(['large1', 'large2'])
  })

  it('makes pools inside pools, each with settings and strategies of its own', async () => {
    const pool = await openForTest(
      parseConfig({
        copies: 2,
        backends: {
          outer: 'memory:',
          inner: {
            type: 'pool',
            priority: 200,
            copies: 2,
            backends: { a: { type: 'memory', priority: 300 }, b: 'memory:', c: 'memory:?write=false' },
          },
        },
      }),
    )
    const block = await makeBlock(new Uint8Array(10))
    await pool.put(block)
    await pool.settled()
    expect(pool.stats().backends).toMatchObject({
      outer: { usedBytes: 10 },
      inner: { type: 'pool', priority: 200, writes: 1, usedBytes: expect.closeTo(10) },
    })
    expect(await pool.get(block.cid)).toEqual(block.bytes)
  })

  it('keeps the outer pool open when an inner one cannot open', async () => {
    const inner = { type: 'pool', backends: { disk: 'fs:./none?create=false' } }
    const loaded = parseConfig({ backends: { ram: 'memory:', inner } }, { baseDir: await makeFolder() })
    const pool = await openForTest(loaded, createRegistry([fs]))
    expect(pool.stats().backends).toMatchObject({ ram: { healthy: true }, inner: { healthy: false } })
  })

  it('hands events to the code that opens it', async () => {
    const events: string[] = []
    const loaded = parseConfig({ backends: { ram: 'memory:' } })
    const pool = await openPool(loaded, { onEvent: (event) => events.push(event.type) })
    await pool.close()
    expect(events).toContain('healthy')
  })

  it('names file and key of a mistake in a nested pool', async () => {
    const inner = { type: 'pool', backends: { a: { type: 'memory', maxBytes: 'x' } } }
    const message = await refusalOf({ backends: { inner } })
    expect(message).toContain('pool.json: backends.inner.backends.a.maxBytes')
  })

  it('names file and key of a mistake in a nested strategy', async () => {
    const strategy = {
      type: 'size-based',
      within: [{ fromBytes: 0, strategy: { type: 'replicated', copies: 'few' } }],
    }
    const message = await refusalOf({ strategy, backends: { ram: 'memory:' } })
    expect(message).toContain('pool.json: strategy.within.0.strategy.copies')
  })

  it('names the file and the command that installs a plugin of ours', async () => {
    const message = await refusalOf({ backends: { hot: 'redis://:hunter2@h' } })
    expect(message).toContain('pool.json: backends.hot')
    expect(message).toContain('npm install @blockpool/redis')
    expect(message).not.toContain('hunter2')
  })

  it('imports the packages in plugins', async () => {
    const plugin = fakePlugin('mine')
    const loaded = parseConfig({ plugins: ['my-backend'], backends: { hot: 'memory:' } })
    const options = await poolOptionsFromConfig(loaded, {
      importPackage: importing({ 'my-backend': { plugin } }),
    })
    expect(Object.keys(options.backends)).toEqual(['hot'])
    const message = await refusal(() =>
      poolOptionsFromConfig(
        parseConfig(
          { plugins: ['my-backend'], backends: { hot: { type: 'mine' } } },
          { source: 'pool.json' },
        ),
        { importPackage: importing({ 'my-backend': { plugin } }) },
      ),
    )
    expect(message).toContain('not made')
  })

  it.each([
    ['is not installed', {}, 'npm install my-backend'],
    ['has no plugin', { 'my-backend': {} }, '"plugin"'],
    ['has something else', { 'my-backend': { plugin: { kind: 'backend' } } }, '"plugin"'],
    ['brings a type that is there already', { 'my-backend': { plugin: fakePlugin('memory') } }, "'memory'"],
  ])('names the entry of plugins that %s', async (_, installed, hint) => {
    const config = { plugins: ['my-backend'], backends: { ram: 'memory:' } }
    const message = await refusalOf(config, { importPackage: importing(installed) })
    expect(message).toContain('pool.json: plugins.0')
    expect(message).toContain(hint)
  })

  it('keeps the code of a pool that cannot open', async () => {
    const cwd = await makeFolder()
    const loaded = parseConfig({ backends: { disk: 'fs:./none?create=false' } }, { baseDir: cwd })
    await expect(openPool(loaded, { registry: createRegistry([fs]) })).rejects.toMatchObject({
      code: 'ERR_NOT_ENOUGH_BACKENDS',
    })
  })
})

async function openForTest(loaded: LoadedConfig, registry = createRegistry()): Promise<StoragePool> {
  const pool = await openPool(loaded, { registry, importPackage: packages })
  onTestFinished(() => pool.close())
  return pool
}

function refusalOf(config: PoolConfig, options: OpenOptions = { importPackage: packages }): Promise<string> {
  return refusal(() => openPool(parseConfig(config, { source: 'pool.json' }), options))
}
