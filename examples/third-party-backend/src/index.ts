export { jsonLines } from './json-lines.ts'
export { type JsonLinesOptions, plugin } from './plugin.ts'
