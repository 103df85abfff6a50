export type { ByteSource } from './byte-reader.ts'
export { CarError, type CarErrorCode, type CarErrorInit, type Imported, isCarError } from './errors.ts'
export {
  type ExportBlocksOptions,
  type ExportOptions,
  type ExportProgress,
  exportBlocks,
  exportCar,
  type WriteOptions,
} from './export.ts'
export type { CarHeader, CarV2Header } from './header.ts'
export { type ImportOptions, type ImportProgress, type ImportReport, importCar } from './import.ts'
export type { LinkReader } from './links.ts'
export { type CarBlock, type CarFile, type ReadOptions, readCar } from './read.ts'
export type { VerifyOptions } from './verify.ts'
