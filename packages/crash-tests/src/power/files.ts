import type { FileInfo, FileSystem, NewFile } from '@blockpool/fs'
import { type Disk, type FileNode, folderOf, NO_ENTRIES, posixError } from './disk.ts'

export type Step = keyof FileSystem | 'write' | 'sync' | 'close'

/** Held at each call, before it has its effect. An errno makes the call fail without one. */
export type Gate = (step: Step, path: string) => Promise<string | undefined>

const open: Gate = async () => undefined

/** The disk as the backend sees it. */
export function filesOf(disk: Disk, gate: Gate = open): FileSystem {
  const pass = async <T>(step: Step, path: string, effect: () => T): Promise<T> => {
    const errno = await gate(step, path)
    if (errno !== undefined) throw posixError(errno, path)
    return effect()
  }
  return {
    read: (path) => pass('read', path, () => disk.file(path).bytes),
    create: (path) =>
      pass('create', path, () => {
        const file: FileNode = {
          kind: 'file',
          bytes: new Uint8Array(0),
          synced: undefined,
          forsaken: false,
          modifiedMs: Date.now(),
        }
        disk.make(path, file)
        return newFile(file, path, gate)
      }),
    rename: (from, to) => pass('rename', to, () => disk.rename(from, to)),
    remove: (path) => pass('remove', path, () => disk.remove(path, 'file')),
    makeFolder: (path) => pass('makeFolder', path, () => disk.make(path, folderOf(NO_ENTRIES, Date.now()))),
    removeFolder: (path) => pass('removeFolder', path, () => disk.remove(path, 'folder')),
    syncFolder: (path) => pass('syncFolder', path, () => disk.syncFolder(path)),
    names: (path) => pass('names', path, () => [...disk.folder(path).entries.keys()]),
    folders: (path) => pass('folders', path, () => foldersIn(disk, path)),
    stat: (path) => pass('stat', path, () => infoOf(disk, path)),
    freeBytes: (path) => pass('freeBytes', path, () => 2 ** 40),
  }
}

function newFile(file: FileNode, path: string, gate: Gate): NewFile {
  return {
    write: async (bytes) => {
      const errno = await gate('write', path)
      // A write that fails may have written a part.
      const count = errno === undefined ? bytes.length : bytes.length >> 1
      file.bytes = Uint8Array.from([...file.bytes, ...bytes.subarray(0, count)])
      if (errno !== undefined) throw posixError(errno, path)
    },
    sync: async () => {
      const errno = await gate('sync', path)
      if (errno !== undefined) file.forsaken = true
      if (errno !== undefined) throw posixError(errno, path)
      if (!file.forsaken) file.synced = file.bytes
    },
    close: async () => {
      const errno = await gate('close', path)
      if (errno !== undefined) throw posixError(errno, path)
    },
  }
}

function foldersIn(disk: Disk, path: string): string[] {
  const entries = [...disk.folder(path).entries]
  return entries.filter(([, node]) => node.kind === 'folder').map(([name]) => name)
}

function infoOf(disk: Disk, path: string): FileInfo {
  const node = disk.find(path)
  if (node.kind === 'folder') return { kind: 'folder', size: 4_096, modifiedMs: node.modifiedMs }
  return { kind: 'file', size: node.bytes.length, modifiedMs: node.modifiedMs }
}
