import { fs } from '../../src/index.ts'
import { blockOf, blocksOf } from './blocks.ts'
import { faulty } from './faulty.ts'

// A process of its own. fill: opens the store, puts 100 blocks of its own and 100 that all put, prints the identity.
// hang: begins a put that never ends, and says so.
const [task, path = ''] = process.argv.slice(2)

if (task === 'fill') {
  const store = fs({ path })
  await store.open?.()
  await Promise.all(blocksOf(100).map((block) => store.put(block)))
  for (let i = 0; i < 100; i++) await store.put(blockOf(`${process.pid} ${i}`))
  console.log(await store.identity?.())
  await store.close?.()
} else {
  const fileSystem = faulty((method, at) => {
    if (method !== 'sync' || !at.includes('/tmp/') || at.endsWith('store.json')) return undefined
    console.log('hanging')
    return new Promise(() => {})
  })
  const store = fs({ path, fileSystem })
  await store.open?.()
  setInterval(() => {}, 60_000)
  await store.put(blockOf('never'))
}
