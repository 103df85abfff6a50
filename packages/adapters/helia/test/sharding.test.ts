import { MemoryBlockstore } from 'blockstore-core/memory'
import { FsBlockstore } from 'blockstore-fs'
import { CID } from 'multiformats/cid'
import { expect, test } from 'vitest'
import { canList } from '../src/sharding.ts'
import { blockOf, sha512BlockOf } from './support/blocks.ts'

test('blockstore-fs can list blocks of sha2-256 and no others', async () => {
  const blockstore = new FsBlockstore('/nowhere')
  const { cid } = await blockOf('a')
  expect(canList(blockstore, cid)).toBe(true)
  expect(canList(blockstore, (await sha512BlockOf('a')).cid)).toBe(false)
})

test('with names that can be read back it can list all', async () => {
  const shardingStrategy = {
    extension: '.data',
    encode: (cid: CID) => ({ dir: '', file: cid.toString() }),
    decode: (name: string) => CID.parse(name),
  }
  const blockstore = new FsBlockstore('/nowhere', { shardingStrategy })
  expect(canList(blockstore, (await sha512BlockOf('a')).cid)).toBe(true)
})

test('a blockstore without such names is believed', async () => {
  expect(canList(new MemoryBlockstore(), (await sha512BlockOf('a')).cid)).toBe(true)
})
