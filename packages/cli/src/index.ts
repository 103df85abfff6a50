export { CommandError, type CommandErrorCode } from './errors.ts'
export { type ExitCode, exitCodeOf, exitCodes } from './exit.ts'
export { type Io, type Output, write, writeLines } from './io.ts'
export {
  formatBytes,
  formatCount,
  formatDollars,
  formatDuration,
  formatMillis,
  printable,
} from './output/format.ts'
export { createProgress, type Progress, type ProgressOptions } from './output/progress.ts'
export { dollarsPerMonth, formatStatus, isDegraded } from './output/status.ts'
export { createStyle, type Style, wantsColor } from './output/style.ts'
export { type Column, formatTable } from './output/table.ts'
export { run } from './program.ts'
export { type ExportOptions, type ExportProgress, type ExportReport, exportDag } from './unixfs/export.ts'
export {
  type ImportOptions,
  type ImportProgress,
  type ImportReport,
  importPaths,
  measurePaths,
  type Skipped,
} from './unixfs/import.ts'
export { type DagEntry, type ReadOptions, readDag, resolvePath } from './unixfs/read.ts'
