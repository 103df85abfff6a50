import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { sqlite } from '@blockpool/sqlite'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { blockOf } from './blocks.ts'
import { temporaryFolder } from './temporary.ts'

const COUNT = 500

let folder = ''
let path = ''
const writers: ChildProcess[] = []

beforeEach(async () => {
  folder = await temporaryFolder()
  path = join(folder, 'blocks.db')
})

afterEach(async () => {
  for (const writer of writers.splice(0)) writer.kill('SIGKILL')
  await rm(folder, { recursive: true })
})

function startWriter(label: string, count: number): ChildProcess {
  const program = join(import.meta.dirname, 'writer-process.ts')
  const args = ['--conditions=@blockpool/source', program, path, label, String(count)]
  const writer = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  writers.push(writer)
  return writer
}

describe('two processes on one file', () => {
  it('keep every block and delete of each, and true counts', async () => {
    const running = ['one', 'two'].map((label) => startWriter(label, COUNT))
    const exits = await Promise.all(running.map(async (writer) => (await once(writer, 'exit'))[0]))
    expect(exits).toEqual([0, 0])
    const kept = [...Array(COUNT).keys()].filter((i) => i % 2 === 0)
    const blocks = await Promise.all(kept.flatMap((i) => [blockOf(`one ${i}`), blockOf(`two ${i}`)]))
    const backend = sqlite(path)
    await backend.open?.()
    const listed = new Set<string>()
    for await (const cid of backend.list()) listed.add(cid.toString())
    expect(listed).toEqual(new Set(blocks.map(({ cid }) => cid.toString())))
    const bytes = blocks.reduce((sum, block) => sum + block.bytes.length, 0)
    expect(await backend.usage?.()).toMatchObject({ blocks: COUNT, bytes })
    await backend.close?.()
  })
})

describe('a process that is killed', () => {
  it('has kept every block whose put it acknowledged', async () => {
    for (let cycle = 0; cycle < 3; cycle++) {
      const writer = startWriter(`cycle ${cycle}`, 1_000_000)
      const acknowledged: string[] = []
      for await (const line of createInterface({ input: writer.stdout as NodeJS.ReadableStream })) {
        acknowledged.push(line)
        if (acknowledged.length === 300) writer.kill('SIGKILL')
      }
      expect(acknowledged.length).toBeGreaterThanOrEqual(300)
      const backend = sqlite(path)
      await backend.open?.()
      for (const name of acknowledged) {
        const { cid, bytes } = await blockOf(name)
        expect(await backend.get(cid), name).toEqual(Buffer.from(bytes))
      }
      await backend.close?.()
    }
  })
})
