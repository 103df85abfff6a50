import { expect, test } from 'vitest'
import { cidOf, keyOf, layoutOf } from '../src/layout.ts'
import { blockOf } from './support/blocks.ts'

const NAME = 'ciqcz4snxjp3biyoe3udwkwfxhrj4gywdzob7j2clzzqim3csofzqja'

test('the name of a block is the base32 of its multihash, below the prefix', async () => {
  const layout = layoutOf('a/')
  const { cid } = await blockOf()
  expect(keyOf(layout, cid)).toMatch(/^a\/blocks\/ciq[a-z2-7]{52}$/)
  expect(cidOf(layout, keyOf(layout, cid))?.equals(cid)).toBe(true)
})

test.each(['', 'x', `${NAME}/`, `sub/${NAME}`, NAME.toUpperCase(), `${NAME}.tmp`, `../${NAME}`])(
  "'%s' is no block",
  (name) => {
    expect(cidOf(layoutOf(''), `blocks/${NAME}`)).toBeDefined()
    expect(cidOf(layoutOf(''), `blocks/${name}`)).toBeUndefined()
    expect(cidOf(layoutOf('a/'), `blocks/${NAME}`)).toBeUndefined()
  },
)
