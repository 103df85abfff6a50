export { plugin } from './plugin.ts'
export { type ReplicatedOptions, replicated } from './replicated.ts'
