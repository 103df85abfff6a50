import { randomUUID } from 'node:crypto'
import { access, link, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { PoolError } from '@blockpool/core'

/** What blocks are kept in. Replace it by the client of your service; names are a to z and 2 to 7. */
export interface Folder {
  read(name: string): Promise<Uint8Array | undefined>
  /** All of the bytes or none: whoever reads meanwhile sees no half of them. */
  write(name: string, bytes: Uint8Array): Promise<void>
  has(name: string): Promise<boolean>
  remove(name: string): Promise<void>
  names(): Promise<readonly string[]>
  /** Made with the folder, and lost with it. */
  id(): Promise<string>
}

/** Names that are no block: `cidFromName` knows none of them. */
const ID = 'store-id'
const TEMPORARY = '.temporary'

/**
 * @param expectedId id of the store that was here before: where it is gone, no new one is made.
 * @throws PoolError `ERR_STORE_GONE`; `ERR_STORE_INVALID` for a folder of something else, which is left as it is.
 */
export async function openFolder(path: string, expectedId: string | undefined): Promise<Folder> {
  const at = (name: string): string => join(path, name)
  const id = async (): Promise<string> => {
    const bytes = await unlessMissing(readFile(at(ID), 'utf8'))
    if (bytes === undefined) throw new PoolError('ERR_STORE_GONE', `no store in ${path}`, { retryable: true })
    return bytes
  }
  if (expectedId === undefined) await makeFolder(path)
  await id()
  return {
    id,
    read: (name) => unlessMissing(readFile(at(name))),
    write: (name, bytes) => writeWhole(join(path, TEMPORARY, randomUUID()), at(name), bytes),
    has: async (name) => (await unlessMissing(access(at(name)).then(() => true))) ?? false,
    remove: (name) => rm(at(name), { force: true }),
    names: () => readdir(path),
  }
}

/** Makes the store unless it is there. Of two processes that do so at once, one gives it its id. */
async function makeFolder(path: string): Promise<void> {
  await mkdir(path, { recursive: true })
  const names = await readdir(path)
  if (names.includes(ID)) return
  if (names.some((name) => name !== TEMPORARY)) {
    throw new PoolError('ERR_STORE_INVALID', `${path} is not empty, and no store of blocks`)
  }
  await mkdir(join(path, TEMPORARY), { recursive: true })
  const temporary = join(path, TEMPORARY, randomUUID())
  await writeFile(temporary, randomUUID())
  try {
    await link(temporary, join(path, ID))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    await rm(temporary, { force: true })
  }
}

async function writeWhole(temporary: string, path: string, bytes: Uint8Array): Promise<void> {
  try {
    await writeFile(temporary, bytes, { flag: 'wx' })
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
}

/** A file that is not there is `undefined`; every other error stays one. */
async function unlessMissing<T>(result: Promise<T>): Promise<T | undefined> {
  try {
    return await result
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
