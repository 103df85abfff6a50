export { latencyAware } from './latency-aware.ts'
export { plugin } from './plugin.ts'
