export { type MyStoreOptions, myStore } from './backend.ts'
export { plugin } from './plugin.ts'
