import {
  close,
  constants,
  fstat,
  fsync,
  lstat,
  mkdir,
  open,
  read,
  readdir,
  rename,
  rmdir,
  type Stats,
  statfs,
  unlink,
  write,
} from 'node:fs'
import { notAFile } from './errors.ts'
import type { FileInfo, FileKind, FileSystem, NewFile } from './file-system.ts'

// O_NONBLOCK: opening a named pipe must not wait for a writer. It changes nothing for regular files.
const READ = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK
const CREATE = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW
const FOLDER = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_DIRECTORY

/** The file system of the machine, through the callback API of `node:fs` (measured: 1.5 to 3 times its promises). */
export const nodeFileSystem: FileSystem = {
  read: (path) => withOpen(path, READ, (fd) => readAll(path, fd)),
  create: async (path) => newFile(await call<number>((done) => open(path, CREATE, 0o666, done))),
  rename: (from, to) => call<void>((done) => rename(from, to, done)),
  remove: (path) => call<void>((done) => unlink(path, done)),
  makeFolder: (path) => call<void>((done) => mkdir(path, done)),
  removeFolder: (path) => call<void>((done) => rmdir(path, done)),
  syncFolder: (path) => withOpen(path, FOLDER, (fd) => call<void>((done) => fsync(fd, done))),
  names: (path) => call<string[]>((done) => readdir(path, done)),
  folders: async (path) => {
    const entries = await call<Array<{ name: string; isDirectory(): boolean }>>((done) =>
      readdir(path, { withFileTypes: true }, done),
    )
    return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name)
  },
  stat: async (path) => fileInfo(await call<Stats>((done) => lstat(path, done))),
  freeBytes: async (path) => {
    const info = await call<{ bavail: number; bsize: number }>((done) => statfs(path, done))
    return info.bavail * info.bsize
  },
}

type Callback<T> = (error: Error | null, value?: T) => void

/** The result of a function that takes a Node callback. */
function call<T>(start: (done: Callback<T>) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    start((error, value) => (error ? reject(error) : resolve(value as T)))
  })
}

async function withOpen<T>(path: string, flags: number, use: (fd: number) => Promise<T>): Promise<T> {
  const fd = await call<number>((done) => open(path, flags, done))
  try {
    return await use(fd)
  } finally {
    await call<void>((done) => close(fd, done))
  }
}

async function readAll(path: string, fd: number): Promise<Uint8Array> {
  const info = await call<Stats>((done) => fstat(fd, done))
  if (!info.isFile()) throw notAFile(kindOf(info), path)
  // A plain Uint8Array over memory of its own: it shares nothing with Buffer's pool.
  const bytes = new Uint8Array(Buffer.allocUnsafeSlow(info.size).buffer)
  let at = 0
  while (at < bytes.length) {
    const count = await call<number>((done) => read(fd, bytes, at, bytes.length - at, at, done))
    if (count === 0) return bytes.slice(0, at)
    at += count
  }
  return bytes
}

function newFile(fd: number): NewFile {
  return {
    write: async (bytes) => {
      let at = 0
      while (at < bytes.length) {
        at += await call<number>((done) => write(fd, bytes, at, bytes.length - at, null, done))
      }
    },
    sync: () => call<void>((done) => fsync(fd, done)),
    close: () => call<void>((done) => close(fd, done)),
  }
}

function fileInfo(stats: Stats): FileInfo {
  return { kind: kindOf(stats), size: stats.size, modifiedMs: stats.mtimeMs }
}

function kindOf(stats: Stats): FileKind {
  if (stats.isFile()) return 'file'
  if (stats.isDirectory()) return 'folder'
  return stats.isSymbolicLink() ? 'link' : 'other'
}
