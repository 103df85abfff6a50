export { leastLoaded } from './least-loaded.ts'
export { plugin } from './plugin.ts'
