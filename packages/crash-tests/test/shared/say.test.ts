import { expect, test } from 'vitest'
import { startWorker } from '../../src/shared/worker.ts'

const LINES = 10_000

test('every line arrives, though whoever listens is slower than the process that speaks', async () => {
  const heard: string[] = []
  const talker = startWorker({
    module: new URL('../support/talker.ts', import.meta.url),
    args: [String(LINES)],
    onLine: (line) => heard.push(line),
  })
  // Until its pipe is full.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1_000)
  expect(await talker.ended).toBe(0)
  expect(heard).toEqual(Array.from({ length: LINES }, (_, n) => `line ${n}`))
})
