import { mkdir, readdir, readFile } from 'node:fs/promises'
import { type Backend, createPool, type StoragePool } from '@blockpool/core'
import { fs } from '@blockpool/fs'
import { redis } from '@blockpool/redis'
import { sqlite, sqliteJournal } from '@blockpool/sqlite'

const inFiles = ['fs', 'sqlite', 'pool'] as const

/** Of `redis` the server is killed; of the others the process that writes is the one that stores. */
export type TargetName = (typeof inFiles)[number] | 'redis'

/** Those that need no server. */
export const fileTargets: readonly TargetName[] = inFiles

export function isTargetName(name: string): name is TargetName {
  return name === 'redis' || (fileTargets as readonly string[]).includes(name)
}

const databaseIn = (folder: string) => `${folder}/blocks.db`
const filesIn = (folder: string) => `${folder}/files`
/** The file with the URL of a server that runs elsewhere. */
export const addressIn = (folder: string): string => `${folder}/address`

/** Opens the store in a folder that exists. */
export async function openTarget(name: TargetName, folder: string): Promise<Backend> {
  if (name === 'pool') return openPool(folder)
  const store = await makeStore(name, folder)
  await store.open?.()
  return store
}

async function makeStore(name: Exclude<TargetName, 'pool'>, folder: string): Promise<Backend> {
  if (name === 'fs') return fs(filesIn(folder))
  if (name === 'sqlite') return sqlite(databaseIn(folder))
  return redis(await readFile(addressIn(folder), 'utf8'))
}

/**
 * Two copies of every block, both acknowledged before a put is. The files are not synced: a kill takes nothing from
 * the system's memory, and the store of the other target shows that syncing changes nothing.
 */
export function openPool(folder: string): Promise<StoragePool> {
  return createPool({
    backends: {
      files: { backend: fs({ path: filesIn(folder), durability: 'process' }) },
      database: { backend: sqlite(databaseIn(folder)) },
    },
    copies: 2,
    writeQuorum: 'all',
    durability: 'process',
    journal: sqliteJournal(`${folder}/journal.db`),
  })
}

/** The stores that hold the copies of a target, opened one by one, without the pool. */
export async function openCopies(name: TargetName, folder: string): Promise<readonly Backend[]> {
  const names: readonly TargetName[] = name === 'pool' ? ['fs', 'sqlite'] : [name]
  return Promise.all(names.map((copy) => openTarget(copy, folder)))
}

export async function makeFolder(path: string): Promise<string> {
  await mkdir(path, { recursive: true })
  return path
}

/** Files in the target's folder that an open store has no use for. */
export async function strayFiles(name: TargetName, folder: string): Promise<readonly string[]> {
  if (name === 'redis') return []
  const strays: string[] = []
  if (name !== 'sqlite') {
    const temp = await readdir(`${filesIn(folder)}/tmp`)
    strays.push(...temp.map((file) => `tmp/${file}`))
  }
  const known = /^(files|blocks\.db(-wal|-shm)?|journal\.db(-journal|-wal|-shm)?)$/
  strays.push(...(await readdir(folder)).filter((file) => !known.test(file)))
  return strays
}
