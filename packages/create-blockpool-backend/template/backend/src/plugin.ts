import { resolve } from 'node:path'
import type { BackendPlugin, OptionsSchema } from '@blockpool/core'
import { type MyStoreOptions, myStore } from './backend.ts'

/** A Standard Schema by hand; any library that implements https://standardschema.dev does as well. */
const schema: OptionsSchema<MyStoreOptions> = {
  '~standard': {
    version: 1,
    vendor: 'my-store',
    validate(value) {
      const { path } = (value ?? {}) as { readonly path?: unknown }
      if (typeof path === 'string' && path !== '') return { value: { path } }
      return { issues: [{ message: 'expected the path of a folder', path: ['path'] }] }
    },
  },
}

/** Makes the backend available to configuration, where it is found by this name: `plugin`. */
export const plugin: BackendPlugin<MyStoreOptions> = {
  kind: 'backend',
  type: 'my-store',
  options: schema,
  // `my-store:./blocks`; relative paths start from the folder of the configuration.
  fromUrl: (url) => ({ path: decodeURIComponent(url.slice('my-store:'.length)) }),
  create: async ({ path }, { baseDir }) => myStore({ path: resolve(baseDir, path) }),
}
