import { createPool } from '@blockpool/core'
import { fs } from '@blockpool/fs'
import { asBlockstore } from '@blockpool/helia'
import { sizeBased } from '@blockpool/size-based'
import { sqlite, sqliteJournal } from '@blockpool/sqlite'
import { unixfs } from '@helia/unixfs'
import { createHeliaLight } from 'helia'

await using pool = await createPool({
  strategy: sizeBased(),
  journal: sqliteJournal('./journal.db'),
  backends: {
    hot: { backend: sqlite('./hot.db') },
    cold: { backend: fs('./cold'), sizeThresholdBytes: 65_536 },
  },
})
// createHelia({ blockstore }) is the same with a network.
const helia = await createHeliaLight({ blockstore: asBlockstore(pool) }).start()
const files = unixfs(helia)

const note = await files.addBytes(new TextEncoder().encode('a note'))
const film = await files.addBytes(new Uint8Array(3_000_000).fill(1))

for (const cid of [note, film]) {
  let size = 0
  for await (const chunk of files.cat(cid)) size += chunk.length
  console.log(`${cid} ${size}`)
}
const { hot, cold } = pool.stats().backends
console.log(`hot ${hot.blocks}, cold ${cold.blocks}`)
await helia.stop()
