import { resolve } from 'node:path'
import { type BackendPlugin, PoolError } from '@blockpool/core'
import * as v from 'valibot'
import { MEMORY, type SqliteFileOptions, synchronousLevels } from './options.ts'
import { sqlite } from './sqlite.ts'

const schema = v.strictObject({
  path: v.pipe(v.string(), v.trim(), v.nonEmpty()),
  synchronous: v.optional(v.picklist(synchronousLevels)),
  busyTimeoutMs: v.optional(v.pipe(v.number(), v.finite(), v.minValue(0))),
})

/** `{ "type": "sqlite", "path": "./hot.db" }`, or a URL such as `sqlite:./hot.db?synchronous=normal`. */
export const plugin: BackendPlugin<SqliteFileOptions> = {
  kind: 'backend',
  type: 'sqlite',
  options: schema,
  fromUrl,
  async create(options, context) {
    const { path } = options
    return sqlite({ ...options, path: path === MEMORY ? path : resolve(context.baseDir, path) })
  },
}

/** `sqlite:` and a percent-encoded path, or `sqlite://` and an absolute one; options follow as a query. */
function fromUrl(url: string): unknown {
  const [location = '', query = ''] = url.replace(/^sqlite:(\/\/(?=\/))?/, '').split(/\?(.*)/s)
  if (location.startsWith('//')) throw invalid(url)
  const { busyTimeoutMs, ...options } = Object.fromEntries(new URLSearchParams(query))
  const path = decode(location, url)
  return busyTimeoutMs === undefined
    ? { path, ...options }
    : { path, busyTimeoutMs: Number(busyTimeoutMs), ...options }
}

function decode(path: string, url: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    throw invalid(url)
  }
}

function invalid(url: string): PoolError {
  return new PoolError(
    'ERR_INVALID_OPTIONS',
    `${url}: expected sqlite:./file, sqlite:///folder/file or sqlite::memory:`,
  )
}
