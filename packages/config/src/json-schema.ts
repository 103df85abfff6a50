import type { Plugin } from '@blockpool/core'
import { toJsonSchema } from '@valibot/to-json-schema'
import type * as v from 'valibot'
import { wellKnownTypes } from './import-plugin.ts'
import { createRegistry, type Registry } from './registry.ts'
import { plainSchema, settingsSchema } from './schema.ts'

export type JsonSchema = Readonly<Record<string, unknown>>

const TARGET = 'draft-07'

/**
 * JSON Schema (draft-07) of `blockpool.config.json`, for editors. It knows the options of the plugins in the registry
 * whose schema can say itself as JSON Schema, and lets every other type through with any options.
 */
export function configSchema(registry: Registry = createRegistry()): JsonSchema {
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Blockpool configuration',
    type: 'object',
    properties: {
      $schema: { type: 'string' },
      plugins: {
        type: 'array',
        items: { type: 'string' },
        description: 'Packages (or files, when they start with ./) whose export "plugin" is registered.',
      },
      ...shape(),
    },
    required: ['backends'],
    additionalProperties: false,
    definitions: {
      backend: backend(registry),
      settings: convert(settingsSchema),
      strategy: strategy(registry),
    },
  }
}

/** What a file and a nested pool have in common. */
function shape(): JsonSchema {
  const { properties } = convert(plainSchema) as { readonly properties: JsonSchema }
  return { strategy: reference('strategy'), ...properties, backends: backends() }
}

function backends(): JsonSchema {
  return {
    type: 'object',
    description: 'The backends by id. Ids never change: they name the backend in stats, events and errors.',
    minProperties: 1,
    additionalProperties: reference('backend'),
  }
}

function backend(registry: Registry): JsonSchema {
  const types = typesOf(registry, 'backend')
  return {
    anyOf: [
      {
        type: 'string',
        description: 'A URL, such as "fs:./blocks" or "sqlite:./hot.db?priority=200".',
        pattern: '^[A-Za-z][A-Za-z0-9+.-]*:',
      },
      {
        type: 'object',
        properties: {
          type: { type: 'string', examples: types },
          url: { type: 'string' },
        },
        allOf: [reference('settings'), ...conditions(registry, 'backend')],
        anyOf: [{ required: ['type'] }, { required: ['url'] }],
      },
    ],
  }
}

function strategy(registry: Registry): JsonSchema {
  const types = typesOf(registry, 'strategy')
  return {
    description: 'Where blocks go. Default: by-priority',
    anyOf: [
      { type: 'string', examples: types },
      {
        type: 'object',
        properties: { type: { type: 'string', examples: types } },
        required: ['type'],
        allOf: conditions(registry, 'strategy'),
      },
    ],
  }
}

/** For each known type: if it is this one, its options hold. Keys it does not name may be settings, so they pass. */
function conditions(registry: Registry, kind: Plugin['kind']): JsonSchema[] {
  return registry.plugins
    .filter((plugin) => plugin.kind === kind)
    .map((plugin) => ({
      if: { properties: { type: { const: plugin.type } }, required: ['type'] },
      // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema, not a promise.
      then: optionsOf(plugin),
    }))
}

function optionsOf(plugin: Plugin): JsonSchema {
  if (plugin.kind === 'backend' && plugin.type === 'pool') {
    return { properties: shape(), required: ['backends'] }
  }
  const { properties, required } = (standardJsonSchema(plugin) ?? {}) as JsonSchema
  return { ...(properties !== undefined && { properties }), ...(required !== undefined && { required }) }
}

function standardJsonSchema(plugin: Plugin): JsonSchema | undefined {
  const standard = plugin.options['~standard'] as StandardJson
  if (standard.jsonSchema !== undefined) return standard.jsonSchema.input({ target: TARGET })
  return standard.vendor === 'valibot' ? convert(plugin.options as v.GenericSchema) : undefined
}

/** Standard JSON Schema (https://standardschema.dev/json-schema), which not every library implements yet. */
interface StandardJson {
  readonly vendor: string
  readonly jsonSchema?: { input(options: { readonly target: string }): JsonSchema } | undefined
}

function convert(schema: v.GenericSchema): JsonSchema {
  const { $schema: _, ...rest } = toJsonSchema(schema, {
    target: TARGET,
    typeMode: 'input',
    errorMode: 'ignore',
  })
  return rest as JsonSchema
}

function reference(name: string): JsonSchema {
  return { $ref: `#/definitions/${name}` }
}

function typesOf(registry: Registry, kind: Plugin['kind']): readonly string[] {
  const registered = registry.plugins.filter((plugin) => plugin.kind === kind).map((plugin) => plugin.type)
  return [...new Set([...registered, ...wellKnownTypes[kind]])]
}
