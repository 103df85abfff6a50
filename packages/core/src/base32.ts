/**
 * Base32 as names of blocks have it: RFC 4648, section 6, in lower case and without padding. Our own, because a listing makes
 * a CID of each name, and the general codec of multiformats takes most of that time: `pnpm bench fs-list` shows listings.
 */
const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567'
const NOT_A_DIGIT = 255
const DIGITS: Uint8Array = new Uint8Array(128).fill(NOT_A_DIGIT)
for (let i = 0; i < ALPHABET.length; i++) DIGITS[ALPHABET.charCodeAt(i)] = i
/** Two digits at once. */
const PAIRS: readonly string[] = [...ALPHABET].flatMap((a) => [...ALPHABET].map((b) => a + b))

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
export function fromBase32(text: string, room = 0): Uint8Array<ArrayBuffer> | undefined {
  const bytes = new Uint8Array(room + ((text.length * 5) >>> 3))
  let bits = 0
  let held = 0
  let at = room
  for (let i = 0; i < text.length; i++) {
    const digit = DIGITS[text.charCodeAt(i)] ?? NOT_A_DIGIT
    if (digit === NOT_A_DIGIT) return undefined
    held = ((held << 5) | digit) & 0xfff
    bits += 5
    if (bits >= 8) {
      bits -= 8
      bytes[at++] = held >>> bits
    }
  }
  return bits < 5 && (held & ((1 << bits) - 1)) === 0 ? bytes : undefined
}
