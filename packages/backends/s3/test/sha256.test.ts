import { expect, test } from 'vitest'
import { Sha256 } from '../src/sha256.ts'

const digestOf = async (secret: ConstructorParameters<typeof Sha256>[0], ...parts: readonly string[]) => {
  const hash = new Sha256(secret)
  for (const part of parts) hash.update(new TextEncoder().encode(part))
  return Buffer.from(await hash.digest()).toString('hex')
}

test('without a secret it is SHA-256 of all parts', async () => {
  // FIPS 180-2, appendix B.1.
  const abc = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'
  expect(await digestOf(undefined, 'abc')).toBe(abc)
  expect(await digestOf(undefined, 'a', 'bc')).toBe(abc)
  const text = new Sha256()
  text.update('abc')
  expect(Buffer.from(await text.digest()).toString('hex')).toBe(abc)
})

// RFC 4231, test case 2.
const jefe = '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843'
const padded = new TextEncoder().encode('--Jefe--')
test.each([
  ['a text', 'Jefe'],
  ['bytes', new TextEncoder().encode('Jefe')],
  ['a part of a buffer', padded.subarray(2, 6)],
  ['a DataView of a part', new DataView(padded.buffer, 2, 4)],
  ['a buffer', padded.buffer.slice(2, 6)],
])('with a secret that is %s it is HMAC-SHA-256', async (_, secret) => {
  expect(await digestOf(secret, 'what do ya want ', 'for nothing?')).toBe(jefe)
})
