import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import type { Environment } from '@blockpool/config'
import { type Backend, memory } from '@blockpool/core'
import { CID } from 'multiformats/cid'
import { sha256 } from 'multiformats/hashes/sha2'
import { onTestFinished } from 'vitest'
import { type ExitCode, type Io, run } from '../src/index.ts'

/** A folder that goes with the test. */
export async function makeFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'blockpool-cli-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

export async function write(path: string, contents: string | Uint8Array): Promise<string> {
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, contents)
  return path
}

/** Paths of all files below a folder, relative and sorted. */
export async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .toSorted()
}

/** Bytes that look random and are the same in each run. */
export function bytesOf(length: number, seed = 1): Uint8Array {
  const bytes = new Uint8Array(length)
  let state = seed
  for (let at = 0; at < length; at += 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    bytes[at] = state >>> 24
  }
  return bytes
}

export async function rawCid(bytes: Uint8Array): Promise<CID> {
  return CID.createV1(0x55, await sha256.digest(bytes))
}

/** An open store in memory. */
export async function openMemory(): Promise<Backend> {
  const store = memory()
  await store.open?.()
  return store
}

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const item of items) all.push(item)
  return all
}

/** Collects what is written to it; can pass for a terminal. */
export class Sink extends Writable {
  readonly isTTY: boolean
  readonly columns = 100
  readonly chunks: Buffer[] = []

  constructor(isTTY = false) {
    super()
    this.isTTY = isTTY
  }

  get bytes(): Buffer {
    return Buffer.concat(this.chunks)
  }
  get text(): string {
    return this.bytes.toString()
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.chunks.push(Buffer.from(chunk))
    done()
  }
}

export interface Outcome {
  readonly code: ExitCode
  readonly stdout: Sink
  readonly stderr: Sink
}

export interface CommandOptions {
  readonly cwd: string
  readonly env?: Environment | undefined
  readonly stdin?: readonly Uint8Array[] | undefined
  readonly stdout?: Sink | undefined
  readonly stderr?: Sink | undefined
  readonly signal?: AbortSignal | undefined
}

/** One backend on disk below the current folder. */
export const DISK: Environment = { BLOCKPOOL_BACKENDS: 'disk=fs:./pool?durability=process' }

/** These backends, of a type that keeps its blocks in this process: `id=kept:./path`. */
export function kept(backends: string): Environment {
  const file = fileURLToPath(new URL('./kept/blockpool.config.json', import.meta.url))
  return { BLOCKPOOL_CONFIG: file, BLOCKPOOL_BACKENDS: backends }
}

/** Runs `blockpool …` in this process. */
export async function blockpool(args: readonly string[], options: CommandOptions): Promise<Outcome> {
  const {
    cwd,
    env = kept('disk=kept:./pool'),
    stdin = [],
    stdout = new Sink(),
    stderr = new Sink(),
  } = options
  const signal = options.signal ?? new AbortController().signal
  const io: Io = { stdin: toStream(stdin), stdout, stderr, env, cwd, signal }
  return { code: await run(args, io), stdout, stderr }
}

async function* toStream(chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks
}
