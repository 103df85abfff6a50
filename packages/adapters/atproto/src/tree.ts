import type { Cid, LexMap } from '@atproto/lex-data'
import { ifCid, isPlainObject } from '@atproto/lex-data'
import { cborToLex, def, parseObjByDef, type VersionedCommit } from '@atproto/repo'
import { AtprotoError } from './errors.ts'

/** Where a commit or a node of a tree leads. */
export interface Links {
  /** To what leads on: nodes. */
  readonly tree: readonly Cid[]
  readonly records: readonly Cid[]
}

/**
 * The links of a commit (`data`) or a node (`l`, and `t` and `v` of each entry of `e`). Those of records are no business
 * of a repository. https://atproto.com/specs/repository
 *
 * A block is read for all of them, whatever leads to it: somebody may craft a commit that is a node, too.
 * @throws AtprotoError `ERR_ATPROTO_UNREADABLE`
 */
export function linksOf(cid: Cid, bytes: Uint8Array): Links {
  const value = decoded(cid, bytes)
  const entries = Array.isArray(value.e) ? value.e : []
  if (!('data' in value) && !Array.isArray(value.e)) throw unreadable(cid, 'is neither a commit nor a node')
  const tree: Cid[] = []
  const records: Cid[] = []
  add(tree, value.data)
  add(tree, value.l)
  for (const entry of entries) {
    if (!isPlainObject(entry) || !ifCid(entry.v)) throw unreadable(cid, 'has an entry without a record')
    add(records, entry.v)
    add(tree, entry.t)
  }
  return { tree, records }
}

/** @throws AtprotoError `ERR_ATPROTO_UNREADABLE` */
export function commitOf(cid: Cid, bytes: Uint8Array): VersionedCommit {
  try {
    return parseObjByDef(bytes, cid, def.versionedCommit).obj
  } catch (cause) {
    throw unreadable(cid, 'is no commit', cause)
  }
}

function decoded(cid: Cid, bytes: Uint8Array): LexMap {
  try {
    const value = cborToLex(bytes)
    if (isPlainObject(value)) return value as LexMap
  } catch (cause) {
    throw unreadable(cid, 'is no DAG-CBOR', cause)
  }
  throw unreadable(cid, 'is no map')
}

function add(cids: Cid[], value: unknown): void {
  const cid = ifCid(value)
  if (cid) cids.push(cid)
}

function unreadable(cid: Cid, what: string, cause?: unknown): AtprotoError {
  return new AtprotoError('ERR_ATPROTO_UNREADABLE', `the block ${cid} ${what}`, { cids: [`${cid}`], cause })
}
