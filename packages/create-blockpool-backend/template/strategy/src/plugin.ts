import type { OptionsSchema, StrategyPlugin } from '@blockpool/core'
import { type MyStrategyOptions, myStrategy } from './strategy.ts'

/** A Standard Schema by hand; any library that implements https://standardschema.dev does as well. */
const schema: OptionsSchema<MyStrategyOptions> = {
  '~standard': {
    version: 1,
    vendor: 'my-strategy',
    validate(value) {
      const { keepFreeBytes } = (value ?? {}) as { readonly keepFreeBytes?: unknown }
      if (keepFreeBytes === undefined) return { value: {} }
      if (typeof keepFreeBytes === 'number' && keepFreeBytes >= 0) return { value: { keepFreeBytes } }
      return { issues: [{ message: 'expected a number from 0 up', path: ['keepFreeBytes'] }] }
    },
  },
}

/** Makes the strategy available to configuration, where it is found by this name: `plugin`. */
export const plugin: StrategyPlugin<MyStrategyOptions> = {
  kind: 'strategy',
  type: 'my-strategy',
  options: schema,
  create: async (options) => myStrategy(options),
}
