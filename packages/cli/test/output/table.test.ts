import { stripVTControlCharacters, styleText } from 'node:util'
import { expect, it } from 'vitest'
import { formatTable } from '../../src/index.ts'

const columns = [{ title: 'NAME' }, { title: 'N', align: 'right' }] as const

it('aligns text to the left and numbers to the right', () => {
  expect(
    formatTable(columns, [
      ['a', '1'],
      ['longer', '1000'],
    ]),
  ).toEqual(['NAME       N', 'a          1', 'longer  1000'])
})

it('aligns coloured cells as if they had no colour', () => {
  const red = styleText('red', 'a', { validateStream: false })
  const lines = formatTable(columns, [
    [red, '1'],
    ['longer', '1000'],
  ])
  expect(lines[1]).toContain(red)
  expect(stripVTControlCharacters(lines[1] ?? '')).toBe('a          1')
})

it('leaves no spaces at the end of a line', () => {
  expect(formatTable([{ title: 'A' }, { title: 'B' }], [['x', '']])).toEqual(['A  B', 'x'])
})
