import type { Block } from '@blockpool/core'
import fc from 'fast-check'
import { CID } from 'multiformats/cid'
import { expect, it } from 'vitest'
import { exportBlocks, exportCar, importCar, readCar } from '../src/index.ts'
import { cbor, json, pb, storeOf, text } from './support/blocks.ts'
import { carOf, gathered, v2Of } from './support/files.ts'

const NUM_RUNS = 300

/** DAGs: each node links to some of those before it, so that the last one is worth following. */
const dag = fc
  .array(
    fc.record({
      kind: fc.constantFrom('raw', 'pb', 'cbor', 'json'),
      links: fc.array(fc.nat(), { maxLength: 5 }),
    }),
    { minLength: 1, maxLength: 40 },
  )
  .map((nodes) => {
    const blocks: Block[] = []
    const linksOf = new Map<string, readonly CID[]>()
    for (const [at, node] of nodes.entries()) {
      const links = node.links.flatMap((index) => blocks[index % Math.max(1, blocks.length)]?.cid ?? [])
      const block =
        node.kind === 'raw'
          ? text(`leaf ${at}`)
          : node.kind === 'pb'
            ? pb(links, Uint8Array.of(at))
            : (node.kind === 'cbor' ? cbor : json)({ at, links })
      blocks.push(block)
      linksOf.set(`${block.cid}`, node.kind === 'raw' ? [] : links)
    }
    return { blocks, linksOf, root: blocks.at(-1)?.cid as CID }
  })

/** Depth first, by recursion: the walk under test has a stack of its own. */
function reachable(root: CID, linksOf: ReadonlyMap<string, readonly CID[]>, seen: string[] = []): string[] {
  if (seen.includes(`${root}`)) return seen
  seen.push(`${root}`)
  for (const link of linksOf.get(`${root}`) ?? []) reachable(link, linksOf, seen)
  return seen
}

const cuts = fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1, maxLength: 20 })

function* cut(bytes: Uint8Array, lengths: readonly number[]): Generator<Uint8Array> {
  for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
    const length = lengths[turn % lengths.length] ?? 1
    yield bytes.subarray(at, at + length)
    at += length
  }
}

it('an export holds what the root leads to, depth first, and an import of it makes the same export', async () => {
  await fc.assert(
    fc.asyncProperty(dag, cuts, async ({ blocks, linksOf, root }, lengths) => {
      const bytes = await gathered(exportCar(await storeOf(blocks), [root]))
      const order: string[] = []
      for await (const { cid } of (await readCar([bytes])).blocks) order.push(`${cid}`)
      expect(order).toEqual(reachable(root, linksOf))

      const copy = await storeOf([])
      const { header } = await importCar(copy, cut(bytes, lengths))
      expect(await gathered(exportCar(copy, header.roots))).toEqual(bytes)
    }),
    { numRuns: NUM_RUNS },
  )
})

it('an export without one of its blocks ends in an error that names it', async () => {
  await fc.assert(
    fc.asyncProperty(dag, fc.nat(), async ({ blocks, linksOf, root }, index) => {
      const order = reachable(root, linksOf)
      const lost = CID.parse(order[index % order.length] ?? '')
      const store = await storeOf(blocks)
      await store.delete(lost)
      await expect(gathered(exportCar(store, [root]))).rejects.toMatchObject({ code: 'ERR_CAR_MISSING' })
    }),
    { numRuns: NUM_RUNS },
  )
})

it('any list of blocks comes out in its order, in version 1 and around it version 2, however it is cut', async () => {
  const block = fc.uint8Array({ maxLength: 300 }).map((bytes) => text(Buffer.from(bytes).toString('latin1')))
  const list = fc.uniqueArray(block, { maxLength: 30, selector: ({ cid }) => `${cid}` })
  await fc.assert(
    fc.asyncProperty(list, cuts, fc.nat({ max: 100 }), async (blocks, lengths, padding) => {
      const cids = blocks.map(({ cid }) => cid)
      const bytes = await gathered(exportBlocks(await storeOf(blocks), cids, { roots: cids }))
      expect(bytes).toEqual(carOf(cids, blocks))
      const file = await readCar(cut(v2Of(bytes, { padding, index: Uint8Array.of(1) }), lengths))
      const found = []
      for await (const { cid, bytes } of file.blocks) found.push({ cid, bytes })
      expect(found).toEqual(blocks)
    }),
    { numRuns: NUM_RUNS },
  )
})
