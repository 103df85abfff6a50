import * as dagCbor from '@ipld/dag-cbor'
import * as dagJson from '@ipld/dag-json'
import * as dagPb from '@ipld/dag-pb'
import { decode as decodeCbor } from 'cborg'
import { CID } from 'multiformats/cid'

/** The links of a block's bytes, in their order. Throws when the bytes are not what the codec says. */
export type LinkReader = (bytes: Uint8Array) => readonly CID[]

/** Multicodec codes of codecs without links. https://github.com/multiformats/multicodec */
const RAW = 0x55
const PLAIN_CBOR = 0x51
const PLAIN_JSON = 0x0200
const LEAVES: ReadonlySet<number> = new Set([RAW, PLAIN_CBOR, PLAIN_JSON])

const READERS: ReadonlyMap<number, LinkReader> = new Map([
  [dagPb.code, (bytes) => dagPb.decode(bytes).Links.map(({ Hash }) => Hash)],
  [dagCbor.code, linksOfCbor],
  [dagJson.code, (bytes) => linksWithin(dagJson.decode(bytes))],
])

/** Nothing has links that is stored under this codec. */
export function isLeaf(codec: number): boolean {
  return LEAVES.has(codec)
}

export function linkReader(codec: number, others?: ReadonlyMap<number, LinkReader>): LinkReader | undefined {
  return others?.get(codec) ?? READERS.get(codec)
}

/** Tags are decoded in the order of the bytes, which that of keys in a JavaScript object need not be. */
function linksOfCbor(bytes: Uint8Array): readonly CID[] {
  const links: CID[] = []
  const cidOf = dagCbor.decodeOptions.tags[42]
  if (cidOf === undefined) throw new Error('dag-cbor knows no links')
  const tags: typeof dagCbor.decodeOptions.tags = {
    42: (inner) => {
      const cid: CID = cidOf(inner)
      links.push(cid)
      return null
    },
  }
  decodeCbor(bytes, { ...dagCbor.decodeOptions, tags })
  return links
}

function linksWithin(root: unknown): readonly CID[] {
  const links: CID[] = []
  const left = [root]
  while (left.length > 0) {
    const value = left.pop()
    const cid = CID.asCID(value)
    if (cid) links.push(cid)
    else if (typeof value === 'object' && value !== null && !ArrayBuffer.isView(value)) {
      for (const inner of Object.values(value).reverse()) left.push(inner)
    }
  }
  return links
}
