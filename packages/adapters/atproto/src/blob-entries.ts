import type { Cid } from '@atproto/lex-data'
import { blockName } from '@blockpool/core'
import { type BlockKey, toCid } from './keys.ts'
import type { BlobEntry, IndexChange } from './repo-index.ts'

/** Names of temporary blobs and of others never meet: a name of a block has no such sign. */
export function temporaryName(key: string): string {
  return `temporary:${key}`
}

export function nameOf(cid: Cid): string {
  return blockName(toCid(cid))
}

/** A blob that was not there, and its hold on its parts. */
export function addBlob(did: string, name: string, entry: BlobEntry): IndexChange[] {
  return [...usesOf(did, entry.parts, 1), { type: 'blob', did, name, entry }]
}

export function dropBlob(did: string, name: string, entry: BlobEntry): IndexChange[] {
  return [...usesOf(did, entry.parts, -1), { type: 'blob', did, name }]
}

function usesOf(did: string, parts: readonly BlockKey[], by: 1 | -1): IndexChange[] {
  return parts.map((key) => ({ type: 'use', did, key, by: { tree: 0, records: 0, blobs: by } }))
}
