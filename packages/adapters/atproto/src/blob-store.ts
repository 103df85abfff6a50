import { randomUUID } from 'node:crypto'
import { Readable } from 'node:stream'
import type { Cid } from '@atproto/lex-data'
import { BlobNotFoundError, type BlobStore } from '@atproto/repo'
import { addBlob, dropBlob, nameOf, temporaryName } from './blob-entries.ts'
import type { Claim } from './claims.ts'
import { AtprotoError } from './errors.ts'
import { type BlockKey, keyOf } from './keys.ts'
import { type Parts, putParts, readParts } from './parts.ts'
import type { BlobEntry, BlobState } from './repo-index.ts'
import { type Shared, tidy } from './shared.ts'

/** The blobs of one account. Any number of these may be made for it: they hold nothing themselves. */
export function blobStore(shared: Shared, did: string): BlobStore {
  return new PoolBlobStore(shared, did)
}

class PoolBlobStore implements BlobStore {
  readonly #shared: Shared
  readonly #did: string

  constructor(shared: Shared, did: string) {
    this.#shared = shared
    this.#did = did
  }

  putTemp(bytes: Uint8Array | Readable): Promise<string> {
    return this.#put(bytes, async (parts) => {
      const key = randomUUID()
      await this.#shared.index.write(addBlob(this.#did, temporaryName(key), entryOf(parts, 'temporary')))
      return key
    })
  }

  /** Moves no bytes. Where the blob is stored already, the temporary one goes; also when called again. */
  makePermanent(key: string, cid: Cid): Promise<void> {
    return this.#inTurn(async () => {
      const from = await this.#entry(temporaryName(key))
      const stored = await this.#entry(nameOf(cid))
      assertServed(stored, cid)
      if (!from) {
        if (!stored) throw notFound(`temporary blob ${key}`)
        return
      }
      assertMatch(from.hash, cid)
      const change = dropBlob(this.#did, temporaryName(key), from)
      await this.#shared.index.write(
        stored ? change : [...addBlob(this.#did, nameOf(cid), { ...from, state: 'stored' }), ...change],
      )
      await tidy(this.#shared, this.#did, from.parts)
    })
  }

  putPermanent(cid: Cid, bytes: Uint8Array | Readable): Promise<void> {
    return this.#put(bytes, (parts) =>
      this.#inTurn(async () => {
        assertMatch(parts.hash, cid)
        const stored = await this.#entry(nameOf(cid))
        assertServed(stored, cid)
        if (stored) return
        await this.#shared.index.write(addBlob(this.#did, nameOf(cid), entryOf(parts, 'stored')))
      }),
    )
  }

  quarantine(cid: Cid): Promise<void> {
    return this.#setState(cid, 'quarantined')
  }

  unquarantine(cid: Cid): Promise<void> {
    return this.#setState(cid, 'stored')
  }

  async getBytes(cid: Cid): Promise<Uint8Array> {
    const { parts } = await this.#served(cid)
    const chunks: Uint8Array[] = []
    for await (const part of readParts(this.#shared, this.#did, parts)) chunks.push(part)
    return chunks.length === 1 && chunks[0] ? chunks[0] : Uint8Array.from(Buffer.concat(chunks))
  }

  async getStream(cid: Cid): Promise<Readable> {
    const { parts } = await this.#served(cid)
    return Readable.from(readParts(this.#shared, this.#did, parts), { objectMode: false })
  }

  async hasTemp(key: string): Promise<boolean> {
    return (await this.#entry(temporaryName(key))) !== undefined
  }

  async hasStored(cid: Cid): Promise<boolean> {
    return (await this.#entry(nameOf(cid)))?.state === 'stored'
  }

  /** What is in quarantine stays there. */
  delete(cid: Cid): Promise<void> {
    return this.deleteMany([cid])
  }

  deleteMany(cids: Cid[]): Promise<void> {
    return this.#inTurn(async () => {
      const names = [...new Set(cids.map(nameOf))]
      const entries = await Promise.all(names.map((name) => this.#entry(name)))
      const drops = names.flatMap((name, i) => {
        const entry = entries[i]
        return entry?.state === 'stored' ? [{ name, entry }] : []
      })
      await this.#shared.index.write(drops.flatMap(({ name, entry }) => dropBlob(this.#did, name, entry)))
      await tidy(
        this.#shared,
        this.#did,
        drops.flatMap(({ entry }) => entry.parts),
      )
    })
  }

  #inTurn<T>(change: () => Promise<T>): Promise<T> {
    return this.#shared.turns.run(this.#did, change)
  }

  #entry(name: string): Promise<BlobEntry | undefined> {
    return this.#shared.index.blob(this.#did, name)
  }

  async #served(cid: Cid): Promise<BlobEntry> {
    const entry = await this.#entry(nameOf(cid))
    if (entry?.state !== 'stored') throw notFound(`blob ${cid}`)
    return entry
  }

  /** Stores the bytes, has them kept under a name, and removes what of them nobody came to need. */
  async #put<T>(bytes: Uint8Array | Readable, keep: (parts: Parts) => Promise<T>): Promise<T> {
    const claim: Claim = new Set()
    try {
      return await keep(await putParts(this.#shared, bytes, claim))
    } finally {
      const put = [...claim]
      this.#shared.claims.release(claim)
      await tidy(this.#shared, this.#did, put)
    }
  }

  #setState(cid: Cid, state: BlobState): Promise<void> {
    return this.#inTurn(async () => {
      const entry = await this.#entry(nameOf(cid))
      if (!entry) throw notFound(`blob ${cid}`)
      if (entry.state === state) return
      const change = { type: 'blob', did: this.#did, name: nameOf(cid), entry: { ...entry, state } } as const
      await this.#shared.index.write([change])
    })
  }
}

function entryOf({ hash, keys, size }: Parts, state: BlobState): BlobEntry {
  return { state, hash, parts: keys, size, since: Date.now() }
}

function assertMatch(hash: BlockKey, cid: Cid): void {
  if (keyOf(cid) === hash) return
  throw new AtprotoError('ERR_ATPROTO_BLOB_MISMATCH', `the bytes do not hash to ${cid}`, { cids: [`${cid}`] })
}

function assertServed(entry: BlobEntry | undefined, cid: Cid): void {
  if (entry?.state !== 'quarantined') return
  const message = `the blob ${cid} is in quarantine: unquarantine it to serve it again`
  throw new AtprotoError('ERR_ATPROTO_BLOB_QUARANTINED', message, { cids: [`${cid}`] })
}

/** The error that a PDS looks for. */
function notFound(what: string): BlobNotFoundError {
  return new BlobNotFoundError(`${what} is not stored`)
}
