export { type AdaptedStore, asBlockstore, type OpenableBlockstore } from './as-blockstore.ts'
export { type ClosableBlockstore, type FromBlockstoreOptions, fromBlockstore } from './from-blockstore.ts'
