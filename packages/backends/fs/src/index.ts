export { type FsOptions, fs } from './backend.ts'
export type { FileInfo, FileKind, FileSystem, NewFile } from './file-system.ts'
export { nodeFileSystem } from './node-file-system.ts'
export { type FsConfig, plugin } from './plugin.ts'
