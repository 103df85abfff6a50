import { cp, readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Block } from '@blockpool/core'
import { cidOf, MIB } from './work.ts'

/** Packages as pnpm has installed them for this workspace, each in a folder of its own. */
const INSTALLED = join(import.meta.dirname, '..', '..', '..', 'node_modules', '.pnpm')
/** Of small and middling files, so that none of a single package is all there is. */
const LARGEST_PACKAGE_MIB = 25

export interface RealFiles {
  readonly files: number
  readonly bytes: number
}

/** Copies whole packages into a folder until it holds so many bytes; the program of Node is the large file. */
export async function copyRealFiles(to: string, bytes: number, withNode: boolean): Promise<RealFiles> {
  let total: RealFiles = { files: 0, bytes: 0 }
  if (withNode) {
    await cp(process.execPath, join(to, 'node'))
    total = { files: 1, bytes: (await sizesIn(to)).bytes }
  }
  for await (const { name, path } of packages()) {
    if (total.bytes >= bytes) return total
    const found = await sizesIn(path)
    if (found.bytes > LARGEST_PACKAGE_MIB * MIB) continue
    await cp(path, join(to, name), { recursive: true })
    total = { files: total.files + found.files, bytes: total.bytes + found.bytes }
  }
  throw new Error(`only ${total.bytes} bytes of real files are installed`)
}

/** Blocks of at most so many bytes, cut from real files, each content once. */
export async function realBlocks(count: number, bytes: number): Promise<readonly Block[]> {
  const blocks = new Map<string, Block>()
  for await (const { path } of packages()) {
    for (const file of await filesIn(path)) {
      const content = await readFile(file)
      for (let at = 0; at < content.length; at += bytes) {
        const piece = new Uint8Array(content.subarray(at, at + bytes))
        const cid = cidOf(piece)
        blocks.set(cid.toString(), { cid, bytes: piece })
        if (blocks.size === count) return [...blocks.values()]
      }
    }
  }
  throw new Error(`only ${blocks.size} different blocks are installed`)
}

async function* packages(): AsyncGenerator<{ readonly name: string; readonly path: string }> {
  for (const folder of (await readdir(INSTALLED)).sort()) {
    const home = join(INSTALLED, folder, 'node_modules')
    for (const path of await ownPackages(home)) yield { name: `${folder}`, path }
  }
}

/** What else stands beside a package are links to what it needs. */
async function ownPackages(home: string): Promise<string[]> {
  const entries = await readdir(home, { withFileTypes: true }).catch(() => [])
  const scopes = entries.filter((entry) => entry.isDirectory() && entry.name.startsWith('@'))
  const own = entries.filter((entry) => entry.isDirectory() && !/^[@.]/.test(entry.name))
  const scoped = await Promise.all(scopes.map((scope) => ownPackages(join(home, scope.name))))
  return [...own.map((entry) => join(home, entry.name)), ...scoped.flat()]
}

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true })
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
}

async function sizesIn(folder: string): Promise<RealFiles> {
  const all = await Promise.all((await filesIn(folder)).map((path) => stat(path)))
  return { files: all.length, bytes: all.reduce((sum, { size }) => sum + size, 0) }
}
