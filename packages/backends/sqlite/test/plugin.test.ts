import { rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { PluginContext } from '@blockpool/core'
import { plugin } from '@blockpool/sqlite'
import { describe, expect, it } from 'vitest'
import { temporaryFolder } from './temporary.ts'

function contextIn(baseDir: string): PluginContext {
  const unused = () => Promise.reject(new Error('nothing is nested'))
  return { baseDir, strategy: unused, backend: unused }
}

describe('plugin', () => {
  it.each([
    ['sqlite:./hot.db?synchronous=normal', { path: './hot.db', synchronous: 'normal' }],
    ['sqlite:hot.db', { path: 'hot.db' }],
    ['sqlite:/var/hot.db?busyTimeoutMs=100', { path: '/var/hot.db', busyTimeoutMs: 100 }],
    ['sqlite:///var/hot.db', { path: '/var/hot.db' }],
    ['sqlite:./what%3F%20now.db', { path: './what? now.db' }],
    ['sqlite::memory:', { path: ':memory:' }],
  ])('reads %s', async (url, expected) => {
    const options = plugin.fromUrl?.(url)
    expect(options).toEqual(expected)
    expect(await plugin.options['~standard'].validate(options)).not.toHaveProperty('issues')
  })

  it.each(['sqlite://host/hot.db', 'sqlite:%zz'])('refuses %s', (url) => {
    expect(() => plugin.fromUrl?.(url)).toThrow(expect.objectContaining({ code: 'ERR_INVALID_OPTIONS' }))
  })

  it.each([
    [{}, 'path'],
    [{ path: '' }, 'path'],
    [{ path: 'a.db', synchronous: 'sometimes' }, 'synchronous'],
    [{ path: 'a.db', busyTimeoutMs: Number.NaN }, 'busyTimeoutMs'],
    [{ path: 'a.db', cache: 1 }, 'cache'],
  ])('refuses %j, naming the option', async (options, name) => {
    const result = await plugin.options['~standard'].validate(options)
    expect(result.issues?.flatMap((issue) => issue.path?.map((part) => Object(part).key))).toEqual([name])
  })

  it('opens a path that is relative to the configuration', async () => {
    const folder = await temporaryFolder()
    const backend = await plugin.create({ path: './hot.db' }, contextIn(folder))
    await backend.open?.()
    expect((await stat(join(folder, 'hot.db'))).isFile()).toBe(true)
    await backend.close?.()
    await rm(folder, { recursive: true })
  })

  it('opens :memory: in memory', async () => {
    const backend = await plugin.create({ path: ':memory:' }, contextIn('/nowhere'))
    await backend.open?.()
    expect(backend.traits.durability).toBe('none')
    await backend.close?.()
  })
})
