export { type Bundle, type BundleOptions, bundle } from './bundle.ts'
export { type Size, sizes } from './sizes.ts'
