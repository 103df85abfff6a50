export { plugin } from './plugin.ts'
export { type MyStrategyOptions, myStrategy } from './strategy.ts'
