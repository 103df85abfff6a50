export { isWanted } from './filter.ts'
export { median, quantile, spread } from './statistics.ts'
