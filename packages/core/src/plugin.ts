import type { Backend } from './backend.ts'
import type { Strategy } from './strategy.ts'

/**
 * The part of Standard Schema (https://standardschema.dev, version 1) that configuration needs: any schema library
 * that implements it fits.
 */
export interface OptionsSchema<Output = unknown> {
  readonly '~standard': {
    readonly version: 1
    readonly vendor: string
    readonly validate: (value: unknown) => SchemaResult<Output> | Promise<SchemaResult<Output>>
    readonly types?: { readonly input: unknown; readonly output: Output } | undefined
  }
}

export type SchemaResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: ReadonlyArray<SchemaIssue> }

export interface SchemaIssue {
  readonly message: string
  readonly path?: ReadonlyArray<PropertyKey | { readonly key: PropertyKey }> | undefined
}

/** What a plugin may ask of the configuration that it stands in. */
export interface PluginContext {
  /** Folder that relative paths start from. */
  readonly baseDir: string
  /** Builds a nested strategy from its configuration. */
  strategy(config: unknown): Promise<Strategy>
  /** Builds a nested backend from its configuration. */
  backend(config: unknown): Promise<Backend>
}

/** Makes a backend available to configuration: `{ "type": "sqlite", … }` or `sqlite:./hot.db`. */
export interface BackendPlugin<Options = unknown> {
  readonly kind: 'backend'
  readonly type: string
  readonly options: OptionsSchema<Options>
  /** The options that a URL of this type stands for, before validation. */
  fromUrl?(url: string): unknown
  create(options: Options, context: PluginContext): Promise<Backend>
}

/** Makes a strategy available to configuration: `{ "type": "size-based", … }`. */
export interface StrategyPlugin<Options = unknown> {
  readonly kind: 'strategy'
  readonly type: string
  readonly options: OptionsSchema<Options>
  create(options: Options, context: PluginContext): Promise<Strategy>
}

export type Plugin<Options = unknown> = BackendPlugin<Options> | StrategyPlugin<Options>
