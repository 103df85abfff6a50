import { resolve } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { resolveOptions, type SqliteOptions } from '../src/options.ts'

const refused = expect.objectContaining({ code: 'ERR_INVALID_OPTIONS' })

describe('options', () => {
  it('default to synchronous full and five seconds of waiting', () => {
    expect(resolveOptions({ path: 'a.db' })).toEqual({
      source: { path: resolve('a.db'), synchronous: 'full' },
      name: resolve('a.db'),
      busyTimeoutMs: 5_000,
    })
  })

  it('name the file that better-sqlite3 opens, which trims', () => {
    expect(resolveOptions({ path: ' a.db ' }).source.path).toBe(resolve('a.db'))
    expect(resolveOptions({ path: ' :memory: ' }).source.path).toBe(':memory:')
  })

  it.each([
    { path: '' },
    { path: ' ' },
    { path: 'a\0b' },
    { path: 'a.db', synchronous: 'FULL' },
    { path: 'a.db', busyTimeoutMs: -1 },
    { path: 'a.db', busyTimeoutMs: Number.POSITIVE_INFINITY },
  ])('refuse %j', (options) => {
    expect(() => resolveOptions(options as SqliteOptions)).toThrow(refused)
  })

  it('refuse a path or a synchronous setting beside a given database', () => {
    const database = new Database(':memory:')
    expect(() => resolveOptions({ database, path: 'a.db' } as SqliteOptions)).toThrow(refused)
    expect(() => resolveOptions({ database, synchronous: 'full' } as SqliteOptions)).toThrow(refused)
    database.close()
  })
})
