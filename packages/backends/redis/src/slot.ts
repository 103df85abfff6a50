const SLOTS = 16_384
const table = Uint16Array.from({ length: 256 }, (_, byte) => remainder(byte))

/**
 * The slot of a key in a cluster: CRC16 (XMODEM) of the key, or of what stands in its first braces, modulo 16,384.
 * https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/#key-distribution-model
 */
export function slotOf(key: string): number {
  let crc = 0
  for (const byte of Buffer.from(hashed(key))) {
    crc = ((crc << 8) ^ (table[((crc >> 8) ^ byte) & 0xff] ?? 0)) & 0xffff
  }
  return crc % SLOTS
}

function hashed(key: string): string {
  const open = key.indexOf('{')
  if (open === -1) return key
  const close = key.indexOf('}', open + 1)
  return close > open + 1 ? key.slice(open + 1, close) : key
}

function remainder(byte: number): number {
  let crc = byte << 8
  for (let bit = 0; bit < 8; bit++) crc = crc & 0x8000 ? (crc << 1) ^ 0x1021 : crc << 1
  return crc & 0xffff
}
