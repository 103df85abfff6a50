import { describe, expect, it } from 'vitest'
import { parseBackendUrl } from '../src/index.ts'

describe('parseBackendUrl', () => {
  it('takes the scheme as the type', () => {
    expect(parseBackendUrl('SQLite:./hot.db')).toEqual({
      type: 'sqlite',
      url: 'SQLite:./hot.db',
      settings: {},
    })
  })

  it('knows schemes that people use for a type of ours', () => {
    expect(parseBackendUrl('file:///data')?.type).toBe('fs')
    expect(parseBackendUrl('rediss://host')?.type).toBe('redis')
    expect(parseBackendUrl('redis+unix:///run/redis.sock?db=1')?.type).toBe('redis')
  })

  it('takes settings of the operator out of the query and leaves the rest to the driver', () => {
    const url = 'sqlite:./hot.db?priority=200&synchronous=full&read=false&zone=eu-1&timeoutMs=1e3'
    expect(parseBackendUrl(url)).toEqual({
      type: 'sqlite',
      url: 'sqlite:./hot.db?synchronous=full',
      settings: { priority: 200, read: false, zone: 'eu-1', timeoutMs: 1000 },
    })
  })

  it('leaves no question mark behind when all parameters were settings', () => {
    expect(parseBackendUrl('fs:./cold?write=false')?.url).toBe('fs:./cold')
  })

  it('keeps the encoding of what is left to the driver', () => {
    expect(parseBackendUrl('fs:./a%20b?x=%26&priority=1')?.url).toBe('fs:./a%20b?x=%26')
  })

  it('keeps a zone that looks like a number as text', () => {
    expect(parseBackendUrl('fs:./a?zone=1')?.settings).toEqual({ zone: '1' })
  })

  it.each(['./blocks', '/data', '', ':x', '1x:y', 'no url'])('is undefined for %j', (text) => {
    expect(parseBackendUrl(text)).toBeUndefined()
  })
})
