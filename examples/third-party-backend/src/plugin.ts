import { resolve } from 'node:path'
import type { BackendPlugin, OptionsSchema } from '@blockpool/core'
import { jsonLines } from './json-lines.ts'

export interface JsonLinesOptions {
  /** The file. Relative paths start from the folder of the configuration. */
  readonly path: string
}

/** A Standard Schema by hand; any schema library that implements https://standardschema.dev does as well. */
const options: OptionsSchema<JsonLinesOptions> = {
  '~standard': {
    version: 1,
    vendor: 'blockpool-example-backend',
    validate(value) {
      const { path } = (value ?? {}) as Partial<JsonLinesOptions>
      if (typeof path === 'string' && path !== '') return { value: { path } }
      return { issues: [{ message: 'expected the path of a file', path: ['path'] }] }
    },
  },
}

/** `{ "type": "json-lines", "path": "./blocks.jsonl" }`, or as a URL `json-lines:./blocks.jsonl`. */
export const plugin: BackendPlugin<JsonLinesOptions> = {
  kind: 'backend',
  type: 'json-lines',
  options,
  fromUrl: (url) => ({ path: decodeURIComponent(url.slice('json-lines:'.length)) }),
  create: async ({ path }, { baseDir }) => jsonLines(resolve(baseDir, path)),
}
