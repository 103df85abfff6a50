import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { BackendPlugin, OptionsSchema, StrategyPlugin } from '@blockpool/core'
import { byPriority, memory } from '@blockpool/core'
import { plugin as fs } from '@blockpool/fs'
import { plugin as replicated } from '@blockpool/replicated'
import { plugin as sizeBased } from '@blockpool/size-based'
import { describe, expect, it } from 'vitest'
import { createRegistry } from '../src/index.ts'
import { anything, fakePlugin, refusal } from './support.ts'

describe('createRegistry', () => {
  it('always knows memory, pool and by-priority', () => {
    const { find } = createRegistry()
    expect(find('backend', 'memory')).toBeDefined()
    expect(find('backend', 'pool')).toBeDefined()
    expect(find('strategy', 'by-priority')).toBeDefined()
  })

  it('refuses two plugins of one kind and type', async () => {
    expect(await refusal(() => createRegistry([fakePlugin('x'), fakePlugin('x')]))).toContain("'x'")
    expect(await refusal(() => createRegistry([fakePlugin('memory')]))).toContain("'memory'")
  })

  it('lets a backend and a strategy have the same type', () => {
    const strategy: StrategyPlugin = {
      kind: 'strategy',
      type: 'x',
      options: anything,
      create: async () => byPriority(),
    }
    const registry = createRegistry([fakePlugin('x'), strategy])
    expect(registry.find('strategy', 'x')).toBe(strategy)
  })

  it('makes another registry of its own plugins and more', () => {
    const first = createRegistry([fs])
    expect(createRegistry([...first.plugins, sizeBased]).find('backend', 'fs')).toBe(fs)
  })

  it('is changed by nothing that is imported', () => {
    expect(createRegistry().find('backend', 'fs')).toBeUndefined()
  })
})

describe('backend', () => {
  it('splits the settings of the operator from the options of the driver', async () => {
    const { plugin, received } = recordingPlugin()
    const registry = createRegistry([plugin])
    const entry = await registry.backend({ type: 'recording', priority: 7, timeoutMs: 50, color: 'red' })
    expect(entry).toMatchObject({ priority: 7, timeoutMs: 50 })
    expect(received).toEqual([{ color: 'red' }])
  })

  it('takes settings from a URL, and lets the keys beside it win', async () => {
    const { plugin, received } = recordingPlugin()
    const registry = createRegistry([plugin])
    const entry = await registry.backend({
      url: 'recording:x?priority=1&weight=2',
      priority: 3,
      color: 'red',
    })
    expect(entry).toMatchObject({ priority: 3, weight: 2 })
    expect(received).toEqual([{ from: 'recording:x', color: 'red' }])
  })

  it('leaves the key url to the driver when a type is given', async () => {
    const { plugin, received } = recordingPlugin()
    await createRegistry([plugin]).backend({ type: 'recording', url: 'redis://host' })
    expect(received).toEqual([{ url: 'redis://host' }])
  })

  it('hands the plugin what its schema made of the options, also when it takes its time', async () => {
    const { plugin, received } = recordingPlugin({
      '~standard': { version: 1, vendor: 'test', validate: async () => ({ value: 'made' }) },
    })
    await createRegistry([plugin]).backend({ type: 'recording' })
    expect(received).toEqual(['made'])
  })

  it('resolves relative paths from the base folder', async () => {
    const baseDir = join(tmpdir(), 'blockpool-never-made')
    const { plugin, contexts } = recordingPlugin()
    await createRegistry([plugin]).backend('recording:x', { baseDir })
    expect(contexts).toMatchObject([{ baseDir }])
  })

  it('names source, key, expectation and find for a wrong option', async () => {
    const message = await refusal(() =>
      createRegistry([fs]).backend({ type: 'fs', path: 5 }, { source: 'pool.json' }),
    )
    expect(message).toContain('pool.json')
    expect(message).toContain('path')
    expect(message).toContain('string')
    expect(message).toContain('5')
  })

  it('names the unknown key and the known ones', async () => {
    const message = await refusal(() => createRegistry().backend({ type: 'memory', maxbytes: 5 }))
    expect(message).toContain('maxbytes')
    expect(message).toContain('maxBytes')
  })

  it('names the command that installs a plugin of ours', async () => {
    expect(await refusal(() => createRegistry().backend('sqlite:./x.db'))).toContain(
      'npm install @blockpool/sqlite',
    )
  })

  it('never suggests to install a type that nobody knows', async () => {
    const message = await refusal(() => createRegistry().backend('sqlit:./x.db'))
    expect(message).toContain('sqlit')
    expect(message).not.toContain('install')
  })

  it.each([[{}], [5], [null], ['no-url'], [''], [{ type: '' }], [{ type: 5 }], [{ url: 'x' }]])(
    'refuses %j',
    async (config) => {
      await refusal(() => createRegistry().backend(config as string))
    },
  )

  it.each([
    { priority: Number.NaN },
    { weight: 0 },
    { capacityBytes: -1 },
    { capacityBytes: '10 GB' },
    { concurrency: 1.5 },
    { timeoutMs: 0 },
    { read: 'yes' },
  ])('refuses the setting %j', async (settings) => {
    const [name = ''] = Object.keys(settings)
    const config = { type: 'memory', ...settings } as never
    expect(await refusal(() => createRegistry().backend(config))).toContain(name)
  })

  it('says so when a type has no form as a URL', async () => {
    expect(await refusal(() => createRegistry([fakePlugin('x')]).backend('x:y'))).toContain('"type"')
  })

  it('takes an error of the plugin for one of the configuration, without the secrets in it', async () => {
    const plugin = fakePlugin('x', () => Promise.reject(new Error('cannot use redis://:hunter2@host')))
    const message = await refusal(() =>
      createRegistry([plugin]).backend({ type: 'x' }, { source: 'pool.json' }),
    )
    expect(message).toContain('pool.json')
    expect(message).toContain('host')
    expect(message).not.toContain('hunter2')
  })

  it('shows no value under a secret name, whatever the schema says about it', async () => {
    const schema: OptionsSchema = {
      '~standard': {
        version: 1,
        vendor: 'test',
        validate: () => ({ issues: [{ message: 'hunter2 is too short', path: ['password'] }] }),
      },
    }
    const { plugin } = recordingPlugin(schema)
    const message = await refusal(() =>
      createRegistry([plugin]).backend({ type: 'recording', password: 'hunter2' }),
    )
    expect(message).toContain('password')
    expect(message).not.toContain('hunter2')
  })
})

describe('strategy', () => {
  it('takes a name alone', async () => {
    expect((await createRegistry().strategy('by-priority')).type).toBe('by-priority')
  })

  it('builds the strategies inside a strategy', async () => {
    const registry = createRegistry([sizeBased, replicated])
    const strategy = await registry.strategy({
      type: 'size-based',
      within: [{ fromBytes: 1000, strategy: { type: 'replicated', copies: 2 } }],
    })
    const request = { op: 'write', digest: [0, 0], turn: 0, random: 0 } as const
    const cid = undefined as never
    expect(strategy.copies?.({ ...request, cid, size: 1000 })).toBe(2)
    expect(strategy.copies?.({ ...request, cid, size: 999 })).toBeUndefined()
  })

  it('names the key of a mistake inside a strategy', async () => {
    const registry = createRegistry([sizeBased, replicated])
    const within = [{ fromBytes: 0, strategy: { type: 'replicated', copies: 0 } }]
    const message = await refusal(() => registry.strategy({ type: 'size-based', within }))
    expect(message).toContain('within.0.strategy.copies')
  })

  it('names the command that installs a strategy of ours', async () => {
    expect(await refusal(() => createRegistry().strategy('round-robin'))).toContain(
      'npm install @blockpool/round-robin',
    )
  })
})

function recordingPlugin(options: OptionsSchema = anything) {
  const received: unknown[] = []
  const contexts: unknown[] = []
  const plugin: BackendPlugin = {
    kind: 'backend',
    type: 'recording',
    options,
    fromUrl: (url) => ({ from: url }),
    async create(given, context) {
      received.push(given)
      contexts.push(context)
      return memory()
    },
  }
  return { plugin, received, contexts }
}
