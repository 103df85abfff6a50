import { describe, expect, test } from 'vitest'
import { optionsFromUrl } from '../src/url.ts'

const SECRET = 'hunter2'

describe('a URL', () => {
  test.each([
    ['redis://cache', { host: 'cache' }],
    ['redis://', {}],
    ['redis://cache:7000/3', { host: 'cache', port: 7_000, db: 3 }],
    ['redis://[::1]:7000/', { host: '::1', port: 7_000 }],
    ['rediss://alice:p%40ss@cache', { host: 'cache', username: 'alice', password: 'p@ss', tls: true }],
    ['redis://:secret@cache/0', { host: 'cache', password: 'secret', db: 0 }],
    ['redis+unix:///run/my%20redis.sock?db=2', { path: '/run/my redis.sock', db: 2 }],
    [
      'redis://cache?keyPrefix=a:&replyTimeoutMs=100&allowEviction=true',
      { host: 'cache', keyPrefix: 'a:', replyTimeoutMs: 100, allowEviction: true },
    ],
  ])('%s is read', (url, expected) => {
    expect(optionsFromUrl(url)).toEqual(expected)
  })

  test.each([
    `redis://:${SECRET}@host/x`,
    `redis://:${SECRET}@host:port`,
    `redis://:${SECRET}%zz@host`,
    `redis://:${SECRET}@host?constructor=1`,
    `redis://:${SECRET}@host#1`,
    `redis+unix://:${SECRET}@host/path`,
    `http://:${SECRET}@host`,
    `${SECRET}`,
  ])('%s is refused without being shown', (url) => {
    const refused = (): unknown => optionsFromUrl(url)
    expect(refused).toThrow(expect.objectContaining({ code: 'ERR_INVALID_OPTIONS' }))
    expect(refused).not.toThrow(expect.objectContaining({ message: expect.stringContaining(SECRET) }))
  })
})
