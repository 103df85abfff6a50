import { Repo } from '@atproto/repo'
import { atprotoStorage } from '../../src/index.ts'
import { indexIn, openPool } from './pool.ts'
import { ALICE, create, keypair, newRepo, remove, update } from './repos.ts'

/** Commits until it is killed, and tells its key and the number of each commit that was acknowledged. */
const folder = process.argv[2] ?? ''
const pool = await openPool(folder)
const storage = await atprotoStorage({ store: pool, index: indexIn(folder) })
process.stdout.write(`${keypair.did()}\n`)
const alice = storage.repo(ALICE)
let repo = (await alice.getRoot())
  ? await Repo.load(alice)
  : await newRepo(alice, ALICE, [create('count', '0')])
const counted = (await repo.getRecord('app.bsky.feed.post', 'count')) as { text: string }
for (let count = Number(counted.text) + 1; ; count++) {
  const writes = [update('count', `${count}`), create(`${count}`, `text ${count % 7}`)]
  const old = await repo.getRecord('app.bsky.feed.post', `${count - 10}`)
  repo = await repo.applyWrites(old ? [...writes, remove(`${count - 10}`)] : writes, keypair)
  process.stdout.write(`${count}\n`)
}
