export { type CostAwareOptions, costAware } from './cost-aware.ts'
export { plugin } from './plugin.ts'
