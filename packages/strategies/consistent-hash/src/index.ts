export { consistentHash } from './consistent-hash.ts'
export { plugin } from './plugin.ts'
