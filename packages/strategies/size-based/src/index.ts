export { plugin } from './plugin.ts'
export { type SizeBasedOptions, type SizeBasedTier, sizeBased } from './size-based.ts'
