/** An unsigned LEB128 number. https://github.com/multiformats/unsigned-varint */
export function encodeVarint(value: number): Uint8Array {
  const bytes: number[] = []
  let left = value
  for (; left >= 0x80; left = Math.floor(left / 128)) bytes.push((left % 128) | 0x80)
  bytes.push(left)
  return Uint8Array.from(bytes)
}
