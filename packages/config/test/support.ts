import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type Block, errorCode, type Plugin } from '@blockpool/core'
import { CID } from 'multiformats/cid'
import { sha256 } from 'multiformats/hashes/sha2'
import { expect, onTestFinished } from 'vitest'
import type { ImportPackage } from '../src/index.ts'

/** A folder that goes with the test. */
export async function makeFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'blockpool-config-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

export async function write(path: string, contents: unknown): Promise<string> {
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, typeof contents === 'string' ? contents : JSON.stringify(contents))
  return path
}

export async function makeBlock(bytes: Uint8Array): Promise<Block> {
  return { cid: CID.createV1(0x55, await sha256.digest(bytes)), bytes }
}

/** The message of the `ERR_INVALID_OPTIONS` that the action ends in. */
export async function refusal(action: () => unknown): Promise<string> {
  try {
    await action()
  } catch (error) {
    expect(errorCode(error)).toBe('ERR_INVALID_OPTIONS')
    return (error as Error).message
  }
  throw new Error('expected an ERR_INVALID_OPTIONS, and nothing was thrown')
}

/** Imports from a list instead of from node_modules. */
export function importing(packages: Readonly<Record<string, unknown>>): ImportPackage {
  return async (name) => {
    if (name in packages) return packages[name]
    throw Object.assign(new Error(`Cannot find module '${name}'`), { code: 'MODULE_NOT_FOUND' })
  }
}

/** A plugin that takes any options. */
export function fakePlugin(
  type: string,
  create: () => Promise<never> = () => Promise.reject(new Error('not made')),
): Plugin {
  return { kind: 'backend', type, options: anything, create }
}

export const anything: Plugin['options'] = {
  '~standard': { version: 1, vendor: 'test', validate: (value) => ({ value }) },
}
