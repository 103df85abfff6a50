import type { Block } from '@blockpool/core'
import * as dagCbor from '@ipld/dag-cbor'
import { varint } from 'multiformats'
import type { CID } from 'multiformats/cid'

export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts))
}

export function varintOf(value: number): Uint8Array {
  return varint.encodeTo(value, new Uint8Array(varint.encodingLength(value)))
}

export function framed(bytes: Uint8Array): Uint8Array {
  return concat(varintOf(bytes.length), bytes)
}

export const headerOf = (roots: readonly CID[]): Uint8Array => framed(dagCbor.encode({ version: 1, roots }))
export const sectionOf = ({ cid, bytes }: Block): Uint8Array => framed(concat(cid.bytes, bytes))

/** A CAR of version 1, made by the book and not by the code under test. */
export function carOf(roots: readonly CID[], blocks: Iterable<Block>): Uint8Array {
  return concat(headerOf(roots), ...Array.from(blocks, sectionOf))
}

export interface V2Options {
  readonly padding?: number
  readonly index?: Uint8Array
  readonly characteristics?: Uint8Array
}

/** A CAR of version 2 around one of version 1. https://ipld.io/specs/transport/car/carv2/ */
export function v2Of(data: Uint8Array, { padding = 0, index, characteristics }: V2Options = {}): Uint8Array {
  const header = new Uint8Array(40)
  header.set(characteristics ?? new Uint8Array(16))
  const view = new DataView(header.buffer)
  const dataOffset = 51 + padding
  view.setBigUint64(16, BigInt(dataOffset), true)
  view.setBigUint64(24, BigInt(data.length), true)
  view.setBigUint64(32, BigInt(index ? dataOffset + data.length + padding : 0), true)
  const gap = new Uint8Array(padding)
  const rest = index ? [gap, index] : []
  return concat(framed(dagCbor.encode({ version: 2 })), header, gap, data, ...rest)
}

/** The bytes in portions of a size. */
export function* portions(bytes: Uint8Array, size: number): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

export async function gathered(output: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  for await (const part of output) parts.push(part)
  return concat(...parts)
}

/** What came out before it ended in an error, and the error. */
export async function untilError(
  output: AsyncIterable<Uint8Array>,
): Promise<{ readonly bytes: Uint8Array; readonly error: unknown }> {
  const parts: Uint8Array[] = []
  try {
    for await (const part of output) parts.push(part)
  } catch (error) {
    return { bytes: concat(...parts), error }
  }
  throw new Error('it ended without an error')
}
