import { readFile } from 'node:fs/promises'
import { memory } from '@blockpool/core'
import { describe, expect, it } from 'vitest'
import { schemaFile, shippedSchema } from '../scripts/schema.ts'
import { configSchema, createRegistry } from '../src/index.ts'
import { fakePlugin } from './support.ts'

describe('configSchema', () => {
  it('is what the package ships', async () => {
    const shipped: unknown = JSON.parse(await readFile(schemaFile, 'utf8'))
    expect(shipped, 'run `pnpm --filter @blockpool/config schema`').toEqual(shippedSchema())
  })

  it('holds the options of plugins whose schema is of valibot', () => {
    expect(JSON.stringify(configSchema())).toContain('maxBytes')
  })

  it('holds the options of plugins that say them as Standard JSON Schema', () => {
    const targets: string[] = []
    const standard = {
      version: 1 as const,
      vendor: 'test',
      validate: (value: unknown) => ({ value }),
      jsonSchema: {
        input({ target }: { target: string }) {
          targets.push(target)
          return { type: 'object', properties: { color: { const: 'red' } } }
        },
      },
    }
    const options = { '~standard': standard }
    const plugin = { kind: 'backend', type: 'mine', options, create: async () => memory() } as const
    expect(JSON.stringify(configSchema(createRegistry([plugin])))).toContain('"color":{"const":"red"}')
    expect(targets).toEqual(['draft-07'])
  })

  it('lets plugins through that cannot say their options', () => {
    const text = JSON.stringify(configSchema(createRegistry([fakePlugin('mine')])))
    expect(text).toContain('{"if":{"properties":{"type":{"const":"mine"}},"required":["type"]},"then":{}}')
  })

  it('refers only to definitions that it has', () => {
    const schema = configSchema()
    const names = [...JSON.stringify(schema).matchAll(/"\$ref":"#\/definitions\/(\w+)"/g)].map(
      ([, name]) => name,
    )
    expect(new Set(names)).toEqual(new Set(Object.keys(schema.definitions as object)))
  })
})
