import { expect, it } from 'vitest'
import { createStyle, wantsColor } from '../../src/index.ts'
import { Sink } from '../support.ts'

it.each([
  ['a terminal', true, {}, true],
  ['no terminal', false, {}, false],
  ['NO_COLOR', true, { NO_COLOR: '1' }, false],
  ['an empty NO_COLOR', true, { NO_COLOR: '' }, true],
  ['FORCE_COLOR', false, { FORCE_COLOR: '1' }, true],
  ['FORCE_COLOR=0', true, { FORCE_COLOR: '0' }, false],
  ['NO_COLOR and FORCE_COLOR', true, { NO_COLOR: '1', FORCE_COLOR: '1' }, false],
  ['a terminal that is dumb', true, { TERM: 'dumb' }, false],
])('with %s colour is decided', (_, isTTY, env, color) => {
  expect(wantsColor(new Sink(isTTY), env)).toBe(color)
})

it('adds nothing to text without colour', () => {
  expect(createStyle(false).red('x')).toBe('x')
  expect(createStyle(true).red('x')).not.toBe('x')
})
