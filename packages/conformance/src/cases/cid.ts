import { assertBytes, assertEqual, assertLists } from '../assert.ts'
import { abcBlocks, blockOf, cidOf, listAll, putAll, SHA2_512, sha512BlockOf, spellings } from '../blocks.ts'
import type { BackendCase } from '../types.ts'

export const cidCases: readonly BackendCase[] = [
  {
    id: 'cid/spellings-are-one-block',
    title: 'Qm…, bafy… and bafk… of one hash are one block: put under one, read under all',
    async run({ backend, block }) {
      for (const i of spellings((await block()).cid).keys()) {
        const { cid, bytes } = await block()
        const all = spellings(cid)
        const given = all[i] ?? cid
        await backend.put({ cid: given, bytes })
        for (const other of all) {
          assertBytes(`get of ${other} after put of ${given}`, await backend.get(other), bytes)
          assertEqual(`has of ${other} after put of ${given}`, await backend.has(other), true)
        }
      }
    },
  },
  {
    id: 'cid/spellings-list-once',
    title: 'a block put under several spellings is listed once',
    async run({ backend, block }) {
      const one = await block()
      for (const cid of spellings(one.cid)) await backend.put({ cid, bytes: one.bytes })
      assertLists('list after a put under each spelling', await listAll(backend), [one])
    },
  },
  {
    id: 'cid/spellings-delete',
    title: 'a delete under any spelling removes the block',
    async run({ backend, block }) {
      for (const i of spellings((await block()).cid).keys()) {
        const { cid, bytes } = await block()
        const all = spellings(cid)
        const given = all[i] ?? cid
        await backend.put({ cid, bytes })
        await backend.delete(given)
        for (const other of all) {
          assertEqual(`has of ${other} after delete of ${given}`, await backend.has(other), false)
        }
      }
    },
  },
  {
    id: 'cid/sha2-512',
    title: 'sha2-512 blocks are stored beside sha2-256 blocks of the same bytes',
    async run({ backend, random }) {
      const bytes = random.bytes(100)
      const [short, long] = [await blockOf(bytes), await sha512BlockOf(bytes)]
      await putAll(backend, [short, long])
      for (const { cid } of [short, long]) assertBytes(`get of ${cid}`, await backend.get(cid), bytes)
      assertLists('list of both', await listAll(backend), [short, long])
      await backend.delete(short.cid)
      assertLists('list after one was deleted', await listAll(backend), [long])
    },
  },
  {
    id: 'cid/other-hash-functions',
    title: 'blocks of hash functions that the store cannot compute are stored and listed like others',
    async run({ backend }) {
      const all = abcBlocks()
      await putAll(backend, all)
      for (const { cid, bytes } of all) assertBytes(`get of ${cid}`, await backend.get(cid), bytes)
      assertLists('list of several hash functions', await listAll(backend), all)
    },
  },
  {
    id: 'cid/hash-function-counts',
    title: 'an equal digest of another hash function is another block',
    async run({ backend, block }) {
      const { cid, bytes } = await block()
      await backend.put({ cid, bytes })
      const other = cidOf(SHA2_512, cid.multihash.digest)
      assertEqual(`has of ${other}`, await backend.has(other), false)
      assertEqual(`get of ${other}`, await backend.get(other), undefined)
      await backend.delete(other)
      assertBytes('get after the other was deleted', await backend.get(cid), bytes)
    },
  },
  {
    id: 'cid/digest-length-counts',
    title: 'a shortened digest is another block',
    async run({ backend, block }) {
      const { cid, bytes } = await block()
      await backend.put({ cid, bytes })
      const short = cidOf(cid.multihash.code, cid.multihash.digest.slice(0, 20))
      assertEqual(`has of ${short}`, await backend.has(short), false)
      assertEqual(`get of ${short}`, await backend.get(short), undefined)
      await backend.delete(short)
      assertBytes('get after the other was deleted', await backend.get(cid), bytes)
    },
  },
]
