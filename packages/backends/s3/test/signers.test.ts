import { expect, test } from 'vitest'
import { keepSigners } from '../src/signers.ts'

interface Scheme {
  readonly region: string
}

const newSigner = async (scheme?: Scheme) => ({ scheme })

test('a scheme has one signer, another one has its own', async () => {
  const signerOf = keepSigners(newSigner)
  const [here, there] = [{ region: 'here' }, { region: 'there' }]
  const first = await signerOf(here)
  expect(first.scheme).toBe(here)
  expect(await signerOf(here)).toBe(first)
  expect((await signerOf(there)).scheme).toBe(there)
})

test('without a scheme a signer is made each time', async () => {
  const signerOf = keepSigners(newSigner)
  expect(await signerOf()).not.toBe(await signerOf())
})

test('a signer that could not be made is made the next time', async () => {
  let fails = true
  const signerOf = keepSigners<Scheme, string>(async () => {
    if (fails) throw new Error('no region')
    return 'signer'
  })
  const scheme = { region: 'here' }
  await expect(signerOf(scheme)).rejects.toThrow('no region')
  fails = false
  expect(await signerOf(scheme)).toBe('signer')
})
