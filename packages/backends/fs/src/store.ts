import { randomUUID } from 'node:crypto'
import { dirname } from 'node:path'
import { PoolError } from '@blockpool/core'
import { forEach } from './concurrency.ts'
import { errnoOf, isMissing } from './errors.ts'
import type { FileSystem } from './file-system.ts'
import { type Layout, shards, storeFileIn, threadFolders } from './layout.ts'
import { isStale, isTempName } from './temp-names.ts'

const FORMAT = 'blockpool-fs'
const VERSION = 1
/** What a folder may contain before a store is made in it: a fresh ext4 disk is not quite empty. */
const IGNORED = 'lost+found'
const FOLDERS_AT_ONCE = 8

type SyncFolder = (path: string) => Promise<void>

export interface OpenStoreOptions {
  /** Make the store when there is none. */
  readonly create: boolean
  readonly tempName: () => string
  /** How folders are put on stable storage. */
  readonly syncFolder: SyncFolder
  readonly signal: AbortSignal | undefined
}

/**
 * Opens the store, or makes it in a folder that is missing or empty. Several processes may do so at once: one of
 * them makes it, all open it. What a crash left half made is thrown away.
 * @throws PoolError `ERR_STORE_INVALID` for a folder that is something else, which is left as it is; `ERR_STORE_GONE`
 * when there is no store and none may be made.
 */
export async function openStore(files: FileSystem, layout: Layout, options: OpenStoreOptions): Promise<void> {
  if (!(await isStore(files, layout))) {
    if (!options.create)
      throw new PoolError('ERR_STORE_GONE', `no store in '${layout.root}'`, { retryable: true })
    await makeStore(files, layout, options)
  }
  await makeFolder(files, layout.tmp, options.syncFolder)
  await checkFolders(files, layout)
  // Another process may have made the store a moment ago: its folders must be durable before a block in them is.
  await options.syncFolder(layout.blocks)
  await options.syncFolder(layout.root)
  await sweep(files, layout)
}

/**
 * The id made with the store, read anew.
 * @throws PoolError `ERR_STORE_INVALID` when the file is not ours or of a newer version; errors of the file system.
 */
export async function readIdentity(files: FileSystem, layout: Layout): Promise<string> {
  const text = new TextDecoder().decode(await files.read(layout.storeFile))
  const { format, version, id } = parseObject(text)
  if (format !== FORMAT) throw invalid(`'${layout.storeFile}' is not of a store of ours`)
  if (version !== VERSION) throw invalid(`the store is of version ${String(version)}; this is for ${VERSION}`)
  if (typeof id !== 'string' || id === '') throw invalid(`'${layout.storeFile}' has no id`)
  return id
}

function parseObject(text: string): Readonly<Record<string, unknown>> {
  try {
    return Object(JSON.parse(text))
  } catch {
    return {}
  }
}

/** True for a store, false where one can be made. */
async function isStore(files: FileSystem, layout: Layout): Promise<boolean> {
  if (await hasIdentity(files, layout)) return true
  if (await isFree(files, layout)) return false
  // Another process may have made the store since we looked.
  if (await hasIdentity(files, layout)) return true
  throw invalid(`'${layout.root}' is neither empty nor a complete store of ours`)
}

/** The root is missing, or holds no more than what a crash left while a store was being made. */
async function isFree(files: FileSystem, layout: Layout): Promise<boolean> {
  try {
    const names = await files.names(layout.root)
    if (!names.every((name) => name === IGNORED || name === 'tmp')) return false
    if (!names.includes('tmp')) return true
    if (!(await files.folders(layout.root)).includes('tmp')) return false
    return (await files.names(layout.tmp)).every((name) => isTempName(name) || threadFolders.includes(name))
  } catch (error) {
    if (isMissing(error)) return true
    throw error
  }
}

async function hasIdentity(files: FileSystem, layout: Layout): Promise<boolean> {
  try {
    await readIdentity(files, layout)
    return true
  } catch (error) {
    if (isMissing(error)) return false
    if (errnoOf(error) === 'ENOTDIR') throw invalid(`'${layout.root}' or its 'blocks' is not a folder`)
    throw error
  }
}

async function makeStore(files: FileSystem, layout: Layout, options: OpenStoreOptions): Promise<void> {
  await makeFolders(files, layout.root, options.syncFolder)
  await makeFolder(files, layout.tmp, options.syncFolder)
  const staged = `${layout.tmp}/${options.tempName()}`
  try {
    await files.makeFolder(staged)
    await forEach(shards, FOLDERS_AT_ONCE, async (shard) => {
      options.signal?.throwIfAborted()
      await files.makeFolder(`${staged}/${shard}`)
    })
    await writeIdentity(files, storeFileIn(staged))
    await options.syncFolder(staged)
    await files.rename(staged, layout.blocks)
  } catch (error) {
    await removeTree(files, staged).catch(() => {})
    // The rename fails when another process was faster; then its store is ours.
    if (!(await hasIdentity(files, layout))) throw error
  }
}

async function writeIdentity(files: FileSystem, path: string): Promise<void> {
  const text = JSON.stringify({ format: FORMAT, version: VERSION, id: randomUUID() })
  const file = await files.create(path)
  try {
    await file.write(new TextEncoder().encode(`${text}\n`))
    await file.sync()
  } finally {
    await file.close()
  }
}

/** Makes a folder, and those above it that are missing. */
async function makeFolders(files: FileSystem, path: string, sync: SyncFolder): Promise<void> {
  try {
    await makeFolder(files, path, sync)
  } catch (error) {
    if (!isMissing(error) || dirname(path) === path) throw error
    await makeFolders(files, dirname(path), sync)
    await makeFolder(files, path, sync)
  }
}

/** Makes a folder whose parent is there, durably, unless it is there already. */
async function makeFolder(files: FileSystem, path: string, sync: SyncFolder): Promise<void> {
  try {
    await files.makeFolder(path)
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') return
    throw error
  }
  await sync(dirname(path))
}

/** Refuses links, and folders that somebody took out of the store. */
async function checkFolders(files: FileSystem, layout: Layout): Promise<void> {
  const check = async (path: string) => {
    if ((await files.stat(path)).kind !== 'folder') throw invalid(`'${path}' is not a folder`)
  }
  await check(layout.blocks)
  await check(layout.tmp)
  for (const path of await threadFoldersOf(files, layout)) await check(path)
  const there = new Set(await files.folders(layout.blocks))
  const lost = shards.find((shard) => !there.has(shard))
  if (lost !== undefined) throw invalid(`'${layout.blocks}/${lost}' is not there, or not a folder`)
}

/** Removes what crashed processes left. A leftover that cannot be removed does no harm, so this never fails. */
async function sweep(files: FileSystem, layout: Layout): Promise<void> {
  for (const folder of [layout.tmp, ...(await threadFoldersOf(files, layout))])
    await sweepFolder(files, folder)
}

/** Those that were used. */
async function threadFoldersOf(files: FileSystem, layout: Layout): Promise<readonly string[]> {
  const names = await files.names(layout.tmp)
  return names.filter((name) => threadFolders.includes(name)).map((name) => `${layout.tmp}/${name}`)
}

async function sweepFolder(files: FileSystem, folder: string): Promise<void> {
  await forEach(await files.names(folder), FOLDERS_AT_ONCE, async (name) => {
    const path = `${folder}/${name}`
    try {
      const { kind, modifiedMs } = await files.stat(path)
      if (!isStale(name, modifiedMs, Date.now())) return
      await (kind === 'folder' ? removeTree(files, path) : files.remove(path))
    } catch {
      // Another process was faster, or it is not ours to remove.
    }
  })
}

/** Removes a store that was never moved to its place: it has no blocks, and a folder that is not empty stays. */
async function removeTree(files: FileSystem, staged: string): Promise<void> {
  await forEach(await files.names(staged), FOLDERS_AT_ONCE, async (name) => {
    const path = `${staged}/${name}`
    await (path === storeFileIn(staged) ? files.remove(path) : files.removeFolder(path))
  })
  await files.removeFolder(staged)
}

function invalid(message: string): PoolError {
  return new PoolError('ERR_STORE_INVALID', message)
}
