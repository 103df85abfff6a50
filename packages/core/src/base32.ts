/**
 * Base32 as names of blocks have it: RFC 4648, section 6, in lower case and without padding. Our own, because a listing makes
 * a CID of each name, and the general codec of multiformats takes most of that time: `pnpm bench fs-list` shows listings.
 */
const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567'
const NOT_A_DIGIT = 255
const NO_PAIR = 0x8000
const DIGITS: Uint8Array = new Uint8Array(128).fill(NOT_A_DIGIT)
for (let i = 0; i < ALPHABET.length; i++) DIGITS[ALPHABET.charCodeAt(i)] = i
/** Two digits at once. */
const PAIRS: readonly string[] = [...ALPHABET].flatMap((a) => [...ALPHABET].map((b) => a + b))
/** The ten bits of two characters, which are seven bits each here. */
const PAIR_BITS: Uint16Array = new Uint16Array(1 << 14).fill(NO_PAIR)
for (const [bits, pair] of PAIRS.entries()) {
  PAIR_BITS[(pair.charCodeAt(0) << 7) | pair.charCodeAt(1)] = bits
}

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
  const bytes = allocate(room + ((text.length * 5) >>> 3))
  const whole = text.length - (text.length % 8)
  let at = room
  let wrong = 0
  for (let i = 0; i < whole; i += 8) {
    const a = pairAt(text, i)
    const b = pairAt(text, i + 2)
    const c = pairAt(text, i + 4)
    const d = pairAt(text, i + 6)
    wrong |= a | b | c | d
    bytes[at] = a >>> 2
    bytes[at + 1] = (a << 6) | (b >>> 4)
    bytes[at + 2] = (b << 4) | (c >>> 6)
    bytes[at + 3] = (c << 2) | (d >>> 8)
    bytes[at + 4] = d
    at += 5
  }
  return wrong < NO_PAIR && readRest(text, whole, bytes, at) ? bytes : undefined
}

/** Ten bits; NO_PAIR or more when a character is no digit. */
function pairAt(text: string, at: number): number {
  const first = text.charCodeAt(at)
  const second = text.charCodeAt(at + 1)
  const bits = PAIR_BITS[((first & 0x7f) << 7) | (second & 0x7f)] as number
  return (first | second) > 0x7f ? NO_PAIR : bits
}

/** Fewer than eight digits. */
function readRest(text: string, from: number, bytes: Uint8Array, to: number): boolean {
  let [at, bits, held] = [to, 0, 0]
  for (let i = from; i < text.length; i++) {
    const digit = DIGITS[text.charCodeAt(i)] ?? NOT_A_DIGIT
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
