export type { Environment } from './environment.ts'
export { importPlugin, installedPlugins } from './import-plugin.ts'
export { configSchema, type JsonSchema } from './json-schema.ts'
export { findConfigFile, type LoadedConfig, type LoadOptions, loadConfig, parseConfig } from './load.ts'
export { type OpenOptions, openPool, poolOptionsFromConfig } from './open.ts'
export { type ImportPackage, importPackage } from './packages.ts'
export { redactText, redactUrl } from './redact.ts'
export { type BuildOptions, createRegistry, type Registry } from './registry.ts'
export {
  type BackendConfig,
  type BackendObject,
  defineConfig,
  type PlainPoolOptions,
  type PoolConfig,
  type PoolShape,
  type StrategyConfig,
  type StrategyObject,
} from './types.ts'
export { type BackendUrl, parseBackendUrl } from './url.ts'
