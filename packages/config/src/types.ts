import type { BackendSettings, PoolOptions } from '@blockpool/core'

/** `"round-robin"`, or an object with the type and the options of the plugin. */
export type StrategyConfig = string | StrategyObject

export interface StrategyObject {
  readonly type: string
  readonly [option: string]: unknown
}

/**
 * A URL (`"fs:./blocks"`, `"sqlite:./hot.db?priority=200"`), or an object: either `type` with the options of the
 * plugin, or `url`, whose options the other keys add to. Settings of the operator stand beside them.
 */
export type BackendConfig = string | BackendObject

export interface BackendObject extends BackendSettings {
  readonly type?: string | undefined
  /** Without `type`: the URL that the backend is made from. With `type` it is an option of the plugin like any other. */
  readonly url?: string | undefined
  readonly [option: string]: unknown
}

/** The options of a pool that are plain values: what a file can say. */
export type PlainPoolOptions = Omit<
  PoolOptions,
  'backends' | 'locationIndex' | 'strategy' | 'hashers' | 'journal' | 'onEvent' | 'clock'
>

/** A pool in words: what stands for one in a file, and inside `{ "type": "pool" }`. */
export interface PoolShape extends PlainPoolOptions {
  /** @default 'by-priority' */
  readonly strategy?: StrategyConfig | undefined
  /** The backends by id; at least one. */
  readonly backends: Readonly<Record<string, BackendConfig>>
}

/** The contents of `blockpool.config.json`. All numbers are in the unit that their name says. */
export interface PoolConfig extends PoolShape {
  /** For editors: where the JSON Schema is. */
  readonly $schema?: string | undefined
  /** Packages (or files, when they start with `./`) whose export `plugin` is registered. */
  readonly plugins?: readonly string[] | undefined
}

/** Gives editors the type of a configuration in `blockpool.config.ts` or `.js`; returns what it is given. */
export function defineConfig(config: PoolConfig): PoolConfig {
  return config
}
