import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { BackendConfig, Registry } from '@blockpool/config'
import type { BackendUnderTest, CreateBackend } from '@blockpool/conformance'
import type { Backend, BackendPlugin } from '@blockpool/core'
import { CID } from 'multiformats/cid'
import { CommandError } from '../errors.ts'

/** What a backend is to be made from: `{n}` in it stands for a name of its own for each store. */
export interface SubjectConfig {
  readonly url?: string | undefined
  readonly options?: Readonly<Record<string, unknown>> | undefined
}

/** The empty block, raw codec, sha2-256. */
const EMPTY = CID.parse('bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku')

/**
 * Makes stores for the kit: each in a temporary folder of its own, which relative paths start from, and which goes
 * with it. Looks first whether that is so: the kit fills and empties what it is given, and must not meet real data.
 * @throws CommandError `ERR_USAGE` when a new store already holds blocks, or two of them hold the same ones.
 */
export async function prepareSubjects(
  registry: Registry,
  plugin: BackendPlugin,
  subject: SubjectConfig,
): Promise<CreateBackend> {
  const config = await chooseConfig(plugin, subject)
  const [one, two] = [await makeSubject(registry, config, true), await makeSubject(registry, config, true)]
  try {
    await one.backend.open?.()
    await two.backend.open?.()
    await assertApart(one.backend, two.backend)
    const outlives = one.backend.traits.durability !== 'none'
    return () => makeSubject(registry, config, outlives)
  } finally {
    await one.backend.close?.()
    await two.backend.close?.()
    await one.dispose?.()
    await two.dispose?.()
  }
}

/** Without options or a URL: none if the plugin takes that, otherwise the path that any store in a folder takes. */
async function chooseConfig(plugin: BackendPlugin, { url, options }: SubjectConfig): Promise<BackendConfig> {
  if (url !== undefined) return options === undefined ? url : { ...options, url }
  if (options !== undefined) return { ...options, type: plugin.type }
  const { issues } = await plugin.options['~standard'].validate({})
  if (issues === undefined) return { type: plugin.type }
  if (plugin.fromUrl !== undefined) return `${plugin.type}:./store`
  throw new CommandError(
    'ERR_USAGE',
    `the plugin '${plugin.type}' needs options: give them as --options '{…}'`,
  )
}

async function makeSubject(
  registry: Registry,
  config: BackendConfig,
  outlives: boolean,
): Promise<BackendUnderTest> {
  const baseDir = await mkdtemp(join(tmpdir(), 'blockpool-conformance-'))
  const text = JSON.stringify(config)
  const named = JSON.parse(text.replaceAll('{n}', randomBytes(6).toString('hex'))) as BackendConfig
  const build = async (): Promise<Backend> => {
    const entry = await registry.backend(named, { baseDir, source: 'conformance' })
    return entry.backend
  }
  const removeFolder = (): Promise<void> => rm(baseDir, { recursive: true, force: true })
  const dispose = async (): Promise<void> => {
    // What stands outside the folder would stay behind otherwise.
    if (text.includes('{n}')) await empty(await build()).finally(removeFolder)
    else await removeFolder()
  }
  try {
    return { backend: await build(), ...(outlives && { reopen: build }), dispose }
  } catch (error) {
    await removeFolder()
    throw error
  }
}

async function assertApart(one: Backend, two: Backend): Promise<void> {
  for (const backend of [one, two]) {
    for await (const _ of backend.list()) {
      throw new CommandError('ERR_USAGE', 'the store holds blocks; the kit needs empty ones')
    }
  }
  await one.put({ cid: EMPTY, bytes: new Uint8Array(0) })
  const shared = await two.has(EMPTY)
  await one.delete(EMPTY)
  if (!shared) return
  throw new CommandError(
    'ERR_USAGE',
    'two stores made from this hold the same blocks; write {n} where each should have a name of its own',
  )
}

async function empty(backend: Backend): Promise<void> {
  await backend.open?.()
  try {
    const cids: CID[] = []
    for await (const cid of backend.list()) cids.push(cid)
    for (const cid of cids) await backend.delete(cid)
  } finally {
    await backend.close?.()
  }
}
