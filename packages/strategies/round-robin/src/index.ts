export { plugin } from './plugin.ts'
export { roundRobin } from './round-robin.ts'
