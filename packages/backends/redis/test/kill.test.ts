import { type Block, errorCode } from '@blockpool/core'
import { redis } from '@blockpool/redis'
import { redisNeeded, startRedis } from '@blockpool/test-services'
import { describe, expect, onTestFinished, test } from 'vitest'
import { blockOf, failureOf } from './support/blocks.ts'
import { eventually } from './support/eventually.ts'

const CYCLES = 12
const WRITERS = 16
const UNDER_LOAD_MS = 60

describe.runIf(redisNeeded())('redis that is killed', () => {
  test(`loses no acknowledged put or delete in ${CYCLES} kills under load when it syncs each write`, async () => {
    const server = await startRedis({ durable: true })
    onTestFinished(server.stop)
    const store = redis(server.url)
    await store.open?.()
    const stored = new Map<string, Block>()
    const deleted: Block[] = []
    let running = true
    const write = async (writer: number): Promise<void> => {
      for (let i = 0; running; i++) {
        const block = await blockOf(`${writer} ${i} ${'x'.repeat(1_000)}`)
        try {
          await store.put(block)
          stored.set(String(block.cid), block)
          if (i % 5 !== 4) continue
          stored.delete(String(block.cid))
          await store.delete(block.cid)
          deleted.push(block)
        } catch (error) {
          if (errorCode(error) !== 'ERR_BACKEND') throw error
          await new Promise((resolve) => setTimeout(resolve, 5))
        }
      }
    }
    const writers = Array.from({ length: WRITERS }, (_, writer) => write(writer))
    for (let cycle = 0; cycle < CYCLES; cycle++) {
      await new Promise((resolve) => setTimeout(resolve, UNDER_LOAD_MS))
      await server.kill()
      await server.start()
      await eventually(async () => store.ping?.())
    }
    running = false
    await Promise.all(writers)
    const blocks = [...stored.values()]
    const got = await Promise.all(blocks.map(({ cid }) => store.get(cid)))
    expect(blocks.filter(({ bytes }, i) => Buffer.compare(got[i] ?? Buffer.of(), bytes) !== 0)).toEqual([])
    const back = await Promise.all(deleted.map(({ cid }) => store.has(cid)))
    expect(back.filter((there) => there)).toEqual([])
    expect(blocks.length).toBeGreaterThan(CYCLES)
    expect(deleted.length).toBeGreaterThan(CYCLES)
    await store.close?.()
  })

  test('fails as retryable while it loads, and serves when it has', async () => {
    const config = { 'key-load-delay': 2_000, 'loading-process-events-interval-bytes': 1_024 }
    const server = await startRedis({ config })
    onTestFinished(server.stop)
    const store = redis({ port: server.port, replyTimeoutMs: 300 })
    await store.open?.()
    const blocks = await Promise.all(Array.from({ length: 400 }, (_, i) => blockOf(`loaded ${i}`)))
    await Promise.all(blocks.map((block) => store.put(block)))
    await server.command('save')
    await server.kill()
    await server.start('answers')
    const [first] = blocks
    expect(await failureOf(store.get((first as Block).cid))).toMatchObject({
      code: 'ERR_BACKEND',
      retryable: true,
    })
    const other = redis({ port: server.port, replyTimeoutMs: 300 })
    expect(await failureOf(other.open?.() as Promise<void>)).toMatchObject({ retryable: true })
    const found = await eventually(() => Promise.all(blocks.map(({ cid }) => store.has(cid))))
    expect(found.every((there) => there)).toBe(true)
    await store.close?.()
  })
})
