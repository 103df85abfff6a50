import { createHash, createHmac, createSecretKey } from 'node:crypto'

type Source = string | ArrayBuffer | ArrayBufferView

/**
 * SHA-256, or HMAC-SHA-256 where there is a secret, in the shape that the signer of the AWS SDK asks for. The SDK's own
 * gives `createHmac` a secret of bare bytes, and Node 24 throws and catches two errors inside before it takes one: with
 * a KeyObject, as here, it does not.
 */
export class Sha256 {
  readonly #hash: { update(data: string | Uint8Array): unknown; digest(): Uint8Array }

  constructor(secret?: Source) {
    this.#hash = secret === undefined ? createHash('sha256') : createHmac('sha256', keyOf(secret))
  }

  update(data: Source): void {
    this.#hash.update(typeof data === 'string' ? data : bytesOf(data))
  }

  async digest(): Promise<Uint8Array> {
    return this.#hash.digest()
  }
}

function keyOf(secret: Source) {
  return typeof secret === 'string' ? secret : createSecretKey(bytesOf(secret))
}

function bytesOf(source: ArrayBuffer | ArrayBufferView): Uint8Array {
  if (!ArrayBuffer.isView(source)) return new Uint8Array(source)
  return new Uint8Array(source.buffer, source.byteOffset, source.byteLength)
}
