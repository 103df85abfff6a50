/**
 * Base32 as names of blocks have it: RFC 4648, section 6, in lower case and without padding. Our own, because a listing makes
 * a CID of each name, and the general codec of multiformats takes most of that time: `pnpm bench fs-list` shows listings.
 */
const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567'
const NOT_A_DIGIT = 255
/** The five bits of each character. */
const DIGITS: Uint8Array = new Uint8Array(256).fill(NOT_A_DIGIT)
for (let i = 0; i < ALPHABET.length; i++) DIGITS[ALPHABET.charCodeAt(i)] = i
/** Two digits at once. */
const PAIRS: readonly string[] = [...ALPHABET].flatMap((a) => [...ALPHABET].map((b) => a + b))
/** Characters of one text at a time: reading them here takes half of what `charCodeAt` takes. */
const CHARACTERS: Uint8Array = new Uint8Array(512)
const encoder = new TextEncoder()

export function base32(bytes: Uint8Array): string {
  let text = ''
  let bits = 0
  let held = 0
  for (let i = 0; i < bytes.length; i++) {
    held = ((held << 8) | (bytes[i] as number)) & 0xf_ffff
    bits += 8
    if (bits >= 10) {
      bits -= 10
      text += PAIRS[(held >>> bits) & 0x3ff]
    }
  }
  if (bits > 5) text += PAIRS[(held << (10 - bits)) & 0x3ff]
  else if (bits > 0) text += ALPHABET[(held << (5 - bits)) & 0x1f]
  return text
}

/**
 * The bytes of a text, after `room` bytes for what comes before them. Undefined for a text that `base32` does not make:
 * other characters, a digit too many, bits beyond the last byte.
 */
export function fromBase32(
  text: string,
  room = 0,
  allocate: (bytes: number) => Uint8Array<ArrayBuffer> = allocateAlone,
): Uint8Array<ArrayBuffer> | undefined {
  const { length } = text
  const characters = length <= CHARACTERS.length ? CHARACTERS : new Uint8Array(length)
  // As many bytes as characters: all of them are ASCII, and all are there.
  if (encoder.encodeInto(text, characters).written !== length) return undefined
  const bytes = allocate(room + ((length * 5) >>> 3))
  const whole = length - (length % 8)
  let at = room
  let wrong = 0
  for (let i = 0; i < whole; i += 8) {
    const a = DIGITS[characters[i] as number] as number
    const b = DIGITS[characters[i + 1] as number] as number
    const c = DIGITS[characters[i + 2] as number] as number
    const d = DIGITS[characters[i + 3] as number] as number
    const e = DIGITS[characters[i + 4] as number] as number
    const f = DIGITS[characters[i + 5] as number] as number
    const g = DIGITS[characters[i + 6] as number] as number
    const h = DIGITS[characters[i + 7] as number] as number
    wrong |= a | b | c | d | e | f | g | h
    bytes[at] = (a << 3) | (b >>> 2)
    bytes[at + 1] = (b << 6) | (c << 1) | (d >>> 4)
    bytes[at + 2] = (d << 4) | (e >>> 1)
    bytes[at + 3] = (e << 7) | (f << 2) | (g >>> 3)
    bytes[at + 4] = (g << 5) | h
    at += 5
  }
  return wrong !== NOT_A_DIGIT && readRest(characters, whole, length, bytes, at) ? bytes : undefined
}

/** Fewer than eight digits. */
function readRest(
  characters: Uint8Array,
  from: number,
  to: number,
  bytes: Uint8Array,
  firstByte: number,
): boolean {
  let [at, bits, held] = [firstByte, 0, 0]
  for (let i = from; i < to; i++) {
    const digit = DIGITS[characters[i] as number] as number
    if (digit === NOT_A_DIGIT) return false
    held = ((held << 5) | digit) & 0xfff
    bits += 5
    if (bits >= 8) {
      bits -= 8
      bytes[at++] = held >>> bits
    }
  }
  return bits < 5 && (held & ((1 << bits) - 1)) === 0
}

function allocateAlone(bytes: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(bytes)
}
