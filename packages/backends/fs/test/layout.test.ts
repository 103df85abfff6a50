import { relative, resolve } from 'node:path'
import { blockName, errorCode } from '@blockpool/core'
import fc from 'fast-check'
import { CID } from 'multiformats/cid'
import * as Digest from 'multiformats/hashes/digest'
import { describe, expect, test } from 'vitest'
import { fs } from '../src/index.ts'
import { blockPath, layoutOf, shardOf, shards } from '../src/layout.ts'
import { blockOf, listed } from './support/blocks.ts'
import { filesIn, scratchFolder } from './support/stores.ts'

const root = scratchFolder()
const layout = layoutOf('/store')

/** CIDs as an attacker may choose them: any codec, hash function and digest. */
const hostileCids = fc
  .record({
    codec: fc.nat(),
    hash: fc.oneof(fc.constantFrom(0, 0x12, 0x13), fc.nat(), fc.maxSafeNat()),
    digest: fc.uint8Array({ minLength: 1, maxLength: 128 }),
  })
  .map(({ codec, hash, digest }) => CID.createV1(codec, Digest.create(hash, digest)))

describe('layout', () => {
  test('there are 1,024 shards, each named by two characters of base32', () => {
    expect(new Set(shards).size).toBe(1024)
    for (const shard of shards) expect(shard).toMatch(/^[a-z2-7]{2}$/)
  })

  test('a block stands in the shard of the two characters before the last one of its name', () => {
    const name = blockName(blockOf('hello').cid)
    expect(name).toBe('ciqcz4snxjp3biyoe3udwkwfxhrj4gywdzob7j2clzzqim3csofzqja')
    expect(blockPath(layout, name)).toBe(`/store/blocks/qj/${name}`)
  })

  test('whatever the CID, the path is that of a file in a shard, at most 255 bytes long', () => {
    fc.assert(
      fc.property(hostileCids, (cid) => {
        const name = blockName(cid)
        const path = blockPath(layout, name)
        expect(resolve(path)).toBe(path)
        expect(shards).toContain(shardOf(name))
        expect(relative(layout.blocks, path)).toMatch(/^[a-z2-7]{2}\/[a-z2-7]{5,255}$/)
      }),
      { numRuns: 5000 },
    )
  })

  test('whatever the CIDs, their blocks are stored where the layout says, read back, and listed', async () => {
    const path = `${root}/hostile`
    const store = fs({ path, durability: 'process' })
    await store.open?.()
    const some = fc.uniqueArray(hostileCids, { selector: blockName, minLength: 1, maxLength: 100 })
    await fc.assert(
      fc.asyncProperty(some, async (cids) => {
        const bytes = new Uint8Array([1, 2, 3])
        for (const cid of cids) {
          await store.put({ cid, bytes })
          expect(await store.get(cid)).toEqual(bytes)
        }
        const paths = cids.map((cid) => blockPath(layoutOf(path), blockName(cid)))
        expect(filesIn(path).sort()).toEqual([...paths, `${path}/blocks/store.json`].sort())
        const raw = cids.map((cid) => CID.createV1(0x55, cid.multihash).toString())
        expect(await listed(store)).toEqual(raw.sort())
        for (const cid of cids) await store.delete(cid)
        expect(await listed(store)).toEqual([])
      }),
      { numRuns: 10 },
    )
    await store.close?.()
  })

  test.each([0, 129, 10_000])('a digest of %i bytes names no block: every verb says so', async (size) => {
    const path = `${root}/unnamed`
    const store = fs({ path })
    await store.open?.()
    const cid = CID.createV1(0x55, Digest.create(0x12, new Uint8Array(size)))
    const calls = [
      store.put({ cid, bytes: new Uint8Array(1) }),
      store.get(cid),
      store.has(cid),
      store.delete(cid),
    ]
    const ends = await Promise.allSettled(calls)
    const codes = ends.map((end) => (end.status === 'rejected' ? errorCode(end.reason) : end.value))
    expect(codes).toEqual(Array(4).fill('ERR_INVALID_CID'))
    expect(filesIn(path)).toEqual([`${path}/blocks/store.json`])
    await store.close?.()
  })
})
