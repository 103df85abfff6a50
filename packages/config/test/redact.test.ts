import { describe, expect, it } from 'vitest'
import { redactText, redactUrl } from '../src/index.ts'

const SECRET = 'hunter2'

describe('redactUrl', () => {
  it.each([
    `redis://:${SECRET}@localhost:6379/0`,
    `redis://user:${SECRET}@localhost`,
    `rediss://${SECRET}@localhost`,
    `redis://:p@${SECRET}@localhost`,
    `redis://:a/${SECRET}@localhost`,
    `redis://:a?${SECRET}@localhost`,
    `redis://:a ${SECRET}@localhost`,
    `redis://:a\n${SECRET}@localhost`,
    `s3://bucket/prefix?secretAccessKey=${SECRET}&region=eu`,
    `s3://bucket?region=eu&sessionToken=${SECRET}`,
    `s3://bucket?accessKeyId=${SECRET}`,
    `s3://bucket?%73ecretAccessKey=${SECRET}`,
    `s3://bucket?endpoint=https://key:${SECRET}@host`,
    `s3://bucket?PASSWORD=${SECRET}`,
    `s3://bucket?key=${SECRET}`,
    `s3://bucket#token=${SECRET}`,
  ])('hides the secret of %j', (url) => {
    expect(redactUrl(url)).not.toContain(SECRET)
  })

  it.each([
    'fs:./blocks',
    'sqlite:/data/hot.db?synchronous=full',
    's3://bucket/prefix?region=eu',
    'memory:',
    '',
  ])('leaves %j as it is', (url) => {
    expect(redactUrl(url)).toBe(url)
  })

  it('keeps the part that helps to find the mistake', () => {
    expect(redactUrl(`redis://:${SECRET}@cache.example:6379/0`)).toMatch(/^redis:.*cache\.example:6379\/0$/)
  })
})

describe('redactText', () => {
  it('redacts every URL and leaves the words between them', () => {
    const text = `cannot reach "redis://:${SECRET}@one" or s3://b?secretAccessKey=${SECRET}, giving up`
    const redacted = redactText(text)
    expect(redacted).not.toContain(SECRET)
    expect(redacted).toMatch(/^cannot reach .* or .*giving up$/)
  })

  it('leaves the paths of scoped packages as they are', () => {
    const text = 'file:///app/node_modules/@blockpool/core/dist/index.js'
    expect(redactText(text)).toBe(text)
  })
})
