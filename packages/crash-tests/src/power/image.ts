import type { Random } from '../shared/random.ts'
import {
  type Change,
  Disk,
  type FileNode,
  type FolderNode,
  fileOf,
  folderOf,
  NO_ENTRIES,
  type Node,
  set,
} from './disk.ts'

/**
 * What a power cut leaves of what was not synced: nothing, everything (as the crash of a process does), or any part.
 */
export type Cut = 'nothing kept' | 'everything kept' | 'anything'

const SECTOR_BYTES = 512
/** A power cut was long ago: whatever waits for a time has waited. */
const LONG_AGO_MS = 0

/** One disk that may be found after a power cut now. The disk itself is left as it is. */
export function imageOf(disk: Disk, cut: Cut, random: Random): Disk {
  return new Disk(new Imaging(cut, random).folder(disk.root))
}

class Imaging {
  readonly #cut: Cut
  readonly #random: Random
  readonly #kept: Map<Change, boolean> = new Map()
  /** A file with two names stays one file. */
  readonly #made: Map<Node, Node> = new Map()
  /** How much is kept differs from image to image. */
  readonly #keepPercent: number

  constructor(cut: Cut, random: Random) {
    this.#cut = cut
    this.#random = random
    this.#keepPercent = random.pick([10, 50, 50, 90])
  }

  folder(folder: FolderNode): FolderNode {
    if (folder.entries.size === 0 && folder.changes.length === 0) return folderOf(NO_ENTRIES, LONG_AGO_MS)
    const entries = new Map(folder.synced ?? folder.entries)
    for (const change of folder.changes) {
      if (this.#keeps(change)) set(entries, change.name, change.node)
    }
    for (const [name, node] of entries) entries.set(name, this.#node(node))
    return folderOf(entries, LONG_AGO_MS)
  }

  #node(node: Node): Node {
    let made = this.#made.get(node)
    if (!made) {
      made = node.kind === 'folder' ? this.folder(node) : fileOf(this.#bytes(node), LONG_AGO_MS)
      this.#made.set(node, made)
    }
    return made
  }

  #keeps(change: Change): boolean {
    let kept = this.#kept.get(change)
    if (kept === undefined) {
      kept = this.#decide(change)
      this.#kept.set(change, kept)
    }
    return kept
  }

  #decide(change: Change): boolean {
    const { after } = change
    // The two halves of a folder's rename share their fate; of a file's, the old name may stay.
    if (after?.node?.kind === 'folder') return this.#keeps(after)
    if (after?.folder.changes.includes(after) && !this.#keeps(after)) return false
    return this.#flip()
  }

  #flip(): boolean {
    if (this.#cut !== 'anything') return this.#cut === 'everything kept'
    return this.#random.below(100) < this.#keepPercent
  }

  #bytes(file: FileNode): Uint8Array {
    if (file.bytes === file.synced || this.#cut === 'everything kept') return file.bytes
    const synced = file.synced ?? new Uint8Array(0)
    if (this.#cut === 'nothing kept') return synced
    const torn = this.#torn(file.bytes)
    const bytes = torn.length < synced.length ? synced.slice() : torn
    bytes.set(synced)
    return bytes
  }

  /** Empty, cut short, all zeros, or some sectors right, others zeros or of another file. */
  #torn(bytes: Uint8Array): Uint8Array {
    const random = this.#random
    const way = random.below(6)
    if (way === 0) return new Uint8Array(0)
    if (way === 1) return bytes.slice(0, random.below(bytes.length + 1))
    if (way === 2) return new Uint8Array(bytes.length)
    const torn = bytes.slice(0, way === 3 ? sectors(random.below(bytes.length + 1)) : bytes.length)
    for (let at = 0; at < torn.length; at += SECTOR_BYTES) {
      if (random.oneIn(2)) torn.fill(random.oneIn(2) ? 0 : random.below(256), at, at + SECTOR_BYTES)
    }
    return torn
  }
}

function sectors(bytes: number): number {
  return bytes - (bytes % SECTOR_BYTES)
}
