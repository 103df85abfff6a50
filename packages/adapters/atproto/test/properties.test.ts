import { type Backend, memory } from '@blockpool/core'
import { expect, test } from 'vitest'
import { type AtprotoStorage, atprotoStorage, memoryIndex } from '../src/index.ts'
import { type Random, randomFrom } from './support/random.ts'
import { blocksOfRepo, commit, create, newRepo, remove, stored, textOf, update } from './support/repos.ts'

const DIDS = ['did:plc:a', 'did:plc:b', 'did:plc:c']
/** Few keys and fewer texts, so that records of one content are everywhere. */
const KEYS = 12
const TEXTS = 3
const COMMITS = 12

type Model = Map<string, string>

test('whatever is committed at once, the store has what the repositories lead to, and no more', async () => {
  for (let seed = 1; seed <= 8; seed++) await run(seed)
})

async function run(seed: number): Promise<void> {
  const random = randomFrom(seed)
  const store = memory()
  await store.open?.()
  const storage = await atprotoStorage({ store, index: memoryIndex() })
  await Promise.all(DIDS.map((did) => newRepo(storage.repo(did), did)))
  const models = DIDS.map((): Model => new Map())
  await Promise.all(DIDS.map((did, i) => commitAll(storage, did, models[i] as Model, random)))
  await storage.collect()
  await compare(seed, storage, store, models)
}

async function commitAll(storage: AtprotoStorage, did: string, model: Model, random: Random): Promise<void> {
  for (let i = 0; i < COMMITS; i++) {
    const touched = new Set(Array.from({ length: 1 + random(6) }, () => `key-${random(KEYS)}`))
    const writes = [...touched].map((key) => {
      const text = `text ${random(TEXTS)}`
      const has = model.has(key)
      if (has && random(2) === 0) {
        model.delete(key)
        return remove(key)
      }
      model.set(key, text)
      return has ? update(key, text) : create(key, text)
    })
    await commit(storage.repo(did), ...writes)
  }
}

async function compare(
  seed: number,
  storage: AtprotoStorage,
  store: Backend,
  models: Model[],
): Promise<void> {
  const reachable = new Set<string>()
  for (const [i, did] of DIDS.entries()) {
    for (const block of await blocksOfRepo(storage.repo(did), did)) reachable.add(block)
    for (const [key, text] of models[i] as Model)
      expect(await textOf(storage.repo(did), key), `seed ${seed}`).toBe(text)
  }
  expect(await stored(store), `seed ${seed}`).toEqual(reachable)
}
