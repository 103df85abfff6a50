import { expect, it } from 'vitest'
import { CarError, isCarError } from '../src/index.ts'
import { text } from './support/blocks.ts'

it('a CarError keeps code, offset, CID, counts and cause, and is told by its name', () => {
  const cause = new Error('why')
  const { cid } = text('a')
  const init = { offset: 5, cid, imported: { blocks: 1, bytes: 2 }, cause }
  expect(new CarError('ERR_CAR_REFUSED', 'refused', init)).toMatchObject({ code: 'ERR_CAR_REFUSED', ...init })
  const other = Object.assign(new Error('from another copy'), { name: 'CarError' })
  expect([other, cause, undefined].map(isCarError)).toEqual([true, false, false])
})
