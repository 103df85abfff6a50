import { Secp256k1Keypair } from '@atproto/crypto'
import { getFullRepo, Repo, verifyRepoCar, WriteOpAction } from '@atproto/repo'
import { atprotoStorage } from '@blockpool/atproto'
import { sqliteIndex } from '@blockpool/atproto/sqlite'
import { createPool } from '@blockpool/core'
import { sqlite, sqliteJournal } from '@blockpool/sqlite'

await using pool = await createPool({
  copies: 2,
  journal: sqliteJournal('./journal.db'),
  backends: {
    hot: { backend: sqlite('./hot.db') },
    cold: { backend: sqlite('./cold.db') },
    spare: { backend: sqlite('./spare.db'), priority: 50 },
  },
})
await using storage = await atprotoStorage({ store: pool, index: sqliteIndex('./index.db') })

const did = `did:web:example-${Date.now()}`
const keypair = await Secp256k1Keypair.create()
const posts = Array.from({ length: 100 }, (_, i) => {
  return { collection: 'app.bsky.feed.post', rkey: `${i}`, record: { text: `post ${i}` } } as const
})
const creates = posts.map((post) => ({ action: WriteOpAction.Create as const, ...post }))
const repo = await Repo.create(storage.repo(did), did, keypair, creates)
console.log(`100 posts: ${pool.stats().backends.hot.blocks} blocks`)

const deletes = posts.slice(50).map((post) => ({ action: WriteOpAction.Delete as const, ...post }))
const { cid } = await repo.applyWrites(deletes, keypair)
console.log(`50 posts: ${pool.stats().backends.hot.blocks} blocks`)

pool.setHealth('hot', false)
const car: Uint8Array[] = []
for await (const part of getFullRepo(storage.repo(did), cid)) car.push(part)
const verified = await verifyRepoCar(Buffer.concat(car), did, keypair.did())
console.log(`without hot: ${verified.creates.length} posts, verified`)
