import { setImmediate as turn } from 'node:timers/promises'
import { type Block, type BlockStore, isIdentity } from '@blockpool/core'
import { expect, it } from 'vitest'
import { importCar, isCarError } from '../src/index.ts'
import { verifier } from '../src/verify.ts'
import { cbor, identityBlock, text } from './support/blocks.ts'
import { carOf, concat, portions, v2Of } from './support/files.ts'
import { type Random, randomFrom } from './support/random.ts'

const INPUTS = Number(process.env.BLOCKPOOL_CAR_FUZZ ?? 100_000)
const SEED = Number(process.env.BLOCKPOOL_CAR_SEED ?? Math.floor(Math.random() * 2 ** 32))
/** Of one input at most; the inputs themselves have a few hundred bytes. */
const MAX_BUFFERS_BYTES = 64 * 1024 * 1024

const blocks = [text('one'), text(''), cbor({ a: [text('one').cid] }), identityBlock(Uint8Array.of(1, 2))]
const car = carOf([blocks[2]?.cid ?? text('').cid], blocks)
const whole = [car, v2Of(car), v2Of(car, { padding: 9, index: Uint8Array.of(0x80, 0x08, 1, 2, 3, 4) })]

/** Bytes that mean something in a CAR: lengths, versions, tags, codecs. */
const TELLING = [0, 1, 2, 0x12, 0x20, 0x55, 0x70, 0x71, 0x7f, 0x80, 0x81, 0xa1, 0xa2, 0xd8, 0xff]

const mutations: readonly ((bytes: Uint8Array, random: Random) => Uint8Array)[] = [
  (bytes, random) => bytes.with(random(bytes.length), random(256)),
  (bytes, random) => bytes.with(random(bytes.length), TELLING[random(TELLING.length)] ?? 0),
  (bytes, random) => {
    const at = random(bytes.length)
    return bytes.with(at, (bytes[at] ?? 0) ^ (1 << random(8)))
  },
  (bytes, random) => bytes.slice(0, random(bytes.length)),
  (bytes, random) => bytes.slice(random(20)),
  (bytes, random) => {
    const at = random(bytes.length)
    return concat(bytes.subarray(0, at), bytes.subarray(Math.min(bytes.length, at + random(30))))
  },
  (bytes, random) => {
    const at = random(bytes.length)
    const added = Uint8Array.from({ length: 1 + random(10) }, () => random(256))
    return concat(bytes.subarray(0, at), added, bytes.subarray(at))
  },
  (bytes, random) => {
    const from = random(bytes.length)
    const piece = bytes.subarray(from, from + random(60))
    const at = random(bytes.length)
    return concat(bytes.subarray(0, at), piece, bytes.subarray(at))
  },
]

function inputFrom(random: Random): Uint8Array {
  if (random(20) === 0) return Uint8Array.from({ length: random(100) }, () => random(256))
  let bytes: Uint8Array = whole[random(whole.length)] ?? car
  for (let count = 1 + random(3); count > 0 && bytes.length > 0; count -= 1) {
    bytes = mutations[random(mutations.length)]?.(bytes, random) ?? bytes
  }
  return bytes
}

it(`${INPUTS} damaged files: only right blocks are stored, the counts are true, the end is typed and memory bounded`, {
  timeout: Math.max(120_000, INPUTS),
}, async () => {
  const random = randomFrom(SEED)
  const check = verifier({})
  const ends = new Map<string, number>()
  let most = 0
  for (let at = 0; at < INPUTS; at += 1) {
    const input = inputFrom(random)
    const replay = `BLOCKPOOL_CAR_SEED=${SEED}, input ${at}: ${Buffer.from(input).toString('hex')}`
    const stored: Block[] = []
    const store: Pick<BlockStore, 'put'> = {
      async put(block) {
        stored.push(block)
      },
    }
    const end = await importCar(store, portions(input, 1 + random(input.length + 1))).then(
      (report) => ({ code: 'whole', imported: report, offset: undefined }),
      (error: unknown) => {
        if (!isCarError(error)) throw new Error(replay, { cause: error })
        return error
      },
    )
    ends.set(end.code, (ends.get(end.code) ?? 0) + 1)
    const bytes = stored.reduce((sum, block) => sum + block.bytes.length, 0)
    expect(end.imported, replay).toMatchObject({ blocks: stored.length, bytes })
    expect(end.offset ?? 0, replay).toBeLessThanOrEqual(input.length)
    if (end.code !== 'whole') expect(end.offset, replay).toBeGreaterThanOrEqual(0)
    for (const block of stored) {
      expect(isIdentity(block.cid), replay).toBe(false)
      await check?.(block)
    }
    if (at % 100 !== 0) continue
    most = Math.max(most, process.memoryUsage().arrayBuffers)
    await turn()
  }
  expect(most).toBeLessThan(MAX_BUFFERS_BYTES)
  // The inputs reach all of it.
  const codes = ['MALFORMED', 'TRUNCATED', 'VERSION', 'TOO_LARGE', 'MISMATCH', 'REFUSED']
  const reached = ['whole', ...codes.map((code) => `ERR_CAR_${code}`)]
  if (INPUTS >= 100_000) expect([...ends.keys()]).toEqual(expect.arrayContaining(reached))
})
