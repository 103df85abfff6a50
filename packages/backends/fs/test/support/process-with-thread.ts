import { setTimeout as sleep } from 'node:timers/promises'
import { fs } from '../../src/index.ts'
import { blockOf, blocksOf } from './blocks.ts'

// A process that has put enough for threads, where it may have some, to be started, waits for nothing but its last puts,
// and closes nothing.
process.on('worker', () => console.log('thread'))
const store = fs({ path: process.argv[2] ?? '', durability: 'process' })
await store.open?.()
for (let i = 0; i < 250; i++) await store.put(blockOf(`early ${i}`))
await sleep(500)
void Promise.all(blocksOf(20).map((block) => store.put(block))).then(() => console.log('stored'))
