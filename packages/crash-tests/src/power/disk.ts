/**
 * A disk in memory that knows what a power cut may take away.
 *
 * The bytes of a file are safe once the file was synced, the entries of a folder once the folder was synced. What was
 * changed since may be kept or lost, each change by itself: POSIX promises no order. A file system in use on servers
 * keeps a rename whole, so here its new name never lacks where its old one is gone; of a file, both may be there.
 */
export interface FileNode {
  readonly kind: 'file'
  bytes: Uint8Array
  /** The bytes that a power cut leaves alone; undefined for a file that was never synced. */
  synced: Uint8Array | undefined
  /** A sync has failed: the bytes are no longer written, and later syncs say nothing about it. */
  forsaken: boolean
  modifiedMs: number
}

export interface FolderNode {
  readonly kind: 'folder'
  readonly modifiedMs: number
  /** Replaced, not written into, while it is `NO_ENTRIES`. */
  entries: Map<string, Node>
  /** The entries that a power cut leaves alone, while they differ. */
  synced: Map<string, Node> | undefined
  /** In the order in which they were made. */
  changes: Change[]
}

export type Node = FileNode | FolderNode

/** One entry of a folder that was set or, without a node, removed, and not synced since. */
export interface Change {
  readonly folder: FolderNode
  readonly name: string
  readonly node: Node | undefined
  /** The removal of an old name by a rename: it is not kept without the new name. */
  readonly after?: Change
  /** The removal of the old name, where this is the new name of a rename. */
  removal?: Change
}

/** Shared by the folders that are empty: most are. */
export const NO_ENTRIES: Map<string, Node> = new Map()

export function folderOf(entries: Map<string, Node>, modifiedMs: number): FolderNode {
  return { kind: 'folder', modifiedMs, entries, synced: undefined, changes: [] }
}

export function fileOf(bytes: Uint8Array, modifiedMs: number): FileNode {
  return { kind: 'file', bytes, synced: bytes, forsaken: false, modifiedMs }
}

/** An error as the file system of Node gives it. */
export function posixError(code: string, path: string): Error {
  return Object.assign(new Error(`${code}: '${path}'`), { code })
}

export class Disk {
  readonly root: FolderNode

  constructor(root: FolderNode = folderOf(new Map(), 0)) {
    this.root = root
  }

  find(path: string): Node {
    let node: Node | undefined = this.root
    for (const name of namesOf(path)) {
      if (node.kind !== 'folder') throw posixError('ENOTDIR', path)
      node = node.entries.get(name)
      if (!node) throw posixError('ENOENT', path)
    }
    return node
  }

  folder(path: string): FolderNode {
    const node = this.find(path)
    if (node.kind !== 'folder') throw posixError('ENOTDIR', path)
    return node
  }

  file(path: string): FileNode {
    const node = this.find(path)
    if (node.kind !== 'file') throw posixError('EISDIR', path)
    return node
  }

  make(path: string, node: Node): void {
    const { parent, name } = this.#place(path)
    if (parent.entries.has(name)) throw posixError('EEXIST', path)
    change(parent, name, node)
  }

  remove(path: string, kind: Node['kind']): void {
    const { parent, name } = this.#place(path)
    const node = this.find(path)
    if (node.kind !== kind) throw posixError(kind === 'file' ? 'EISDIR' : 'ENOTDIR', path)
    if (node.kind === 'folder' && node.entries.size > 0) throw posixError('ENOTEMPTY', path)
    change(parent, name, undefined)
  }

  rename(from: string, to: string): void {
    const node = this.find(from)
    const source = this.#place(from)
    const target = this.#place(to)
    const old = target.parent.entries.get(target.name)
    if (old?.kind === 'folder' && old.entries.size > 0) throw posixError('ENOTEMPTY', to)
    if (old && old.kind !== node.kind) throw posixError(old.kind === 'folder' ? 'EISDIR' : 'ENOTDIR', to)
    const made = change(target.parent, target.name, node)
    made.removal = change(source.parent, source.name, undefined, made)
  }

  syncFolder(path: string): void {
    for (const made of [...this.folder(path).changes]) {
      if (made.after) keep(made.after)
      keep(made)
      // The old name of a folder goes with its new one.
      if (made.removal && made.node?.kind === 'folder') keep(made.removal)
    }
  }

  #place(path: string): { readonly parent: FolderNode; readonly name: string } {
    const names = namesOf(path)
    const name = names.pop()
    if (name === undefined) throw posixError('EBUSY', path)
    return { parent: this.folder(`/${names.join('/')}`), name }
  }
}

function namesOf(path: string): string[] {
  return path.split('/').filter((name) => name !== '')
}

function change(folder: FolderNode, name: string, node: Node | undefined, after?: Change): Change {
  if (folder.entries === NO_ENTRIES) folder.entries = new Map()
  folder.synced ??= new Map(folder.entries)
  set(folder.entries, name, node)
  const made: Change = { folder, name, node, ...(after && { after }) }
  folder.changes.push(made)
  return made
}

/** Makes a change safe, and with it those of the same name before it. */
function keep(made: Change): void {
  const { folder } = made
  const at = folder.changes.indexOf(made)
  if (at < 0) return
  const isKept = (other: Change, i: number) => i <= at && other.name === made.name
  if (folder.synced) set(folder.synced, made.name, made.node)
  folder.changes = folder.changes.filter((other, i) => !isKept(other, i))
  if (folder.changes.length === 0) folder.synced = undefined
}

export function set(entries: Map<string, Node>, name: string, node: Node | undefined): void {
  if (node) entries.set(name, node)
  else entries.delete(name)
}
