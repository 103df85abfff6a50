import { resolve } from 'node:path'
import { type BackendPlugin, PoolError } from '@blockpool/core'
import * as v from 'valibot'
import { fs } from './backend.ts'

/** What configuration may say about an fs backend. */
export interface FsConfig {
  readonly path: string
  readonly durability?: 'power' | 'process' | undefined
  readonly create?: boolean | undefined
}

const options = v.strictObject({
  path: v.pipe(
    v.string(),
    v.minLength(1),
    v.description('Folder of the store. Relative paths start from the folder of the configuration.'),
  ),
  durability: v.optional(
    v.pipe(
      v.picklist(['power', 'process']),
      v.description("What a resolved put survives. Default: 'power'."),
    ),
  ),
  create: v.optional(
    v.pipe(v.boolean(), v.description('Make the store when the folder is missing or empty. Default: true.')),
  ),
})

/** `{ "type": "fs", "path": "./blocks" }`, or as a URL `fs:./blocks?durability=process`. */
export const plugin: BackendPlugin<FsConfig> = {
  kind: 'backend',
  type: 'fs',
  options,
  fromUrl,
  create: async (config, context) => fs({ ...config, path: resolve(context.baseDir, config.path) }),
}

/**
 * `fs:./relative`, `fs:/absolute` and `fs:///absolute`, or `file:` instead of `fs:`; parts are percent-encoded, options
 * stand in the query.
 */
function fromUrl(url: string): unknown {
  const { path, query } =
    /^(?:fs|file):(?:\/\/(?=\/))?(?<path>[^?#]*)(?:\?(?<query>[^#]*))?$/.exec(url)?.groups ?? {}
  if (path === undefined || path.startsWith('//')) {
    throw new PoolError('ERR_INVALID_OPTIONS', `'${url}' is not of the form fs:path?option=value`)
  }
  const settings = [...new URLSearchParams(query)].map(([key, value]) => [key, parse(key, value)])
  return { ...Object.fromEntries(settings), path: decode(url, path) }
}

function parse(key: string, value: string): string | boolean {
  if (key === 'create' && (value === 'true' || value === 'false')) return value === 'true'
  return value
}

function decode(url: string, path: string): string {
  try {
    return decodeURIComponent(path)
  } catch (cause) {
    throw new PoolError('ERR_INVALID_OPTIONS', `'${url}' is not percent-encoded`, { cause })
  }
}
