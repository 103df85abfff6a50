/**
 * The part of a file system that the backend uses; `nodeFileSystem` is the real one. Inject another to test faults or
 * to model what a power cut loses.
 *
 * Every method rejects with an `Error` whose `code` is the POSIX name of what went wrong ('ENOENT', 'ENOSPC', …).
 * Paths are absolute. A symbolic link in the last part of a path is not followed, but by `names`, `folders` and
 * `freeBytes`.
 */
export interface FileSystem {
  /** All bytes of a regular file. 'EISDIR' for a folder, 'ELOOP' for a symbolic link. */
  read(path: string): Promise<Uint8Array>
  /** Makes a file that was not there ('EEXIST') and opens it for writing. */
  create(path: string): Promise<NewFile>
  /** Atomic; replaces a file, or an empty folder by a folder. Durable after `syncFolder` of the target's folder. */
  rename(from: string, to: string): Promise<void>
  /** Removes a file or a symbolic link. Durable after `syncFolder` of its folder. */
  remove(path: string): Promise<void>
  /** Makes one folder; 'ENOENT' when its parent is not there. Durable after `syncFolder` of the parent. */
  makeFolder(path: string): Promise<void>
  /** Removes an empty folder; 'ENOTEMPTY' otherwise. */
  removeFolder(path: string): Promise<void>
  /** Puts the entries of a folder on stable storage: what was made, renamed and removed in it. */
  syncFolder(path: string): Promise<void>
  /** Names of all entries, in no promised order, without '.' and '..'. */
  names(path: string): Promise<readonly string[]>
  /** Names of the entries that are folders. */
  folders(path: string): Promise<readonly string[]>
  stat(path: string): Promise<FileInfo>
  /** Bytes that an unprivileged user may still write to the device that holds the path. */
  freeBytes(path: string): Promise<number>
}

/** A file that is being written. */
export interface NewFile {
  /** Writes all bytes after those written before. */
  write(bytes: Uint8Array): Promise<void>
  /** Puts the file's bytes on stable storage. After a rejection nothing is known about them. */
  sync(): Promise<void>
  close(): Promise<void>
}

export type FileKind = 'file' | 'folder' | 'link' | 'other'

export interface FileInfo {
  readonly kind: FileKind
  /** Bytes. */
  readonly size: number
  /** Time of the last change of its bytes, in milliseconds since 1970. */
  readonly modifiedMs: number
}
