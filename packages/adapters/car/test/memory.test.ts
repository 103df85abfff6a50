import { setImmediate as turn } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { exportCar, importCar, readCar } from '../src/index.ts'
import { cbor, rawBlocks, storeOf } from './support/blocks.ts'
import { concat, headerOf, sectionOf, varintOf } from './support/files.ts'

const MIB = 1024 * 1024

/** What buffers hold beyond a start, at most, while it runs. */
function watchBuffers() {
  const start = process.memoryUsage().arrayBuffers
  let most = 0
  return {
    look: () => {
      most = Math.max(most, process.memoryUsage().arrayBuffers - start)
    },
    most: () => most,
  }
}

it('an import of 256 MiB through a slow store holds a fraction of it', async () => {
  const section = sectionOf([...rawBlocks(1, 256 * 1024)][0] as never)
  const buffers = watchBuffers()
  async function* source() {
    yield headerOf([])
    for (let at = 0; at < 1_024; at += 1) {
      buffers.look()
      yield section.slice()
    }
  }
  const store = { put: async () => void (await turn()) }
  const { bytes } = await importCar(store, source(), { maxBytesInFlight: 4 * MIB, verify: false })
  expect(bytes).toBe(256 * MIB)
  expect(buffers.most()).toBeLessThan(128 * MIB)
})

it('a length that is claimed is not allocated', async () => {
  const bytes = concat(headerOf([]), varintOf(16 * MIB), new Uint8Array(10))
  const buffers = watchBuffers()
  for (let at = 0; at < 1_000; at += 1) {
    const { blocks } = await readCar([bytes])
    await expect(blocks.next()).rejects.toMatchObject({ code: 'ERR_CAR_TRUNCATED' })
    buffers.look()
  }
  expect(buffers.most()).toBeLessThan(16 * MIB)
})

it('a source without an end is read up to the limit and no further', async () => {
  let given = 0
  function* source() {
    yield concat(headerOf([]), varintOf(1_000 + 513))
    for (;;) {
      given += 100
      yield new Uint8Array(100)
    }
  }
  const { blocks } = await readCar(source(), { maxBlockBytes: 1_000 })
  await expect(blocks.next()).rejects.toMatchObject({ code: 'ERR_CAR_TOO_LARGE' })
  expect(given).toBe(0)
})

it('a chain of 20,000 blocks is followed without recursion', async () => {
  const chain = [cbor({ last: true })]
  for (let at = 0; at < 20_000; at += 1) chain.push(cbor({ at, next: chain.at(-1)?.cid }))
  const store = await storeOf(chain)
  let length = 0
  for await (const portion of exportCar(store, [chain.at(-1)?.cid as never])) length += portion.length
  expect(length).toBeGreaterThan(20_000 * 80)
})
