import { sqlite } from '@blockpool/sqlite'
import { blockOf } from './blocks.ts'

// 32 writers put `count` blocks named `label i` in all. Each prints the name of a block that is kept, and deletes
// every second one again.
const [path = '', label = '', count = '0'] = process.argv.slice(2)
const backend = sqlite(path)
await backend.open?.()
let next = 0
async function write(): Promise<void> {
  while (next < Number(count)) {
    const i = next++
    const block = await blockOf(`${label} ${i}`)
    await backend.put(block)
    if (i % 2) await backend.delete(block.cid)
    else process.stdout.write(`${label} ${i}\n`)
  }
}
await Promise.all(Array.from({ length: 32 }, write))
await backend.close?.()
