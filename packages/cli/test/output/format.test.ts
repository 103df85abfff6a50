import { describe, expect, it } from 'vitest'
import {
  formatBytes,
  formatCount,
  formatDollars,
  formatDuration,
  formatMillis,
  printable,
} from '../../src/index.ts'

describe('formatBytes', () => {
  it.each([
    [0, '0 B'],
    [1, '1 B'],
    [1023, '1023 B'],
    [1024, '1.0 KiB'],
    [1536, '1.5 KiB'],
    [102_400, '100 KiB'],
    [1024 ** 2, '1.0 MiB'],
    [1.25 * 1024 ** 3, '1.3 GiB'],
    [1024 ** 6, '1024 PiB'],
  ])('%d is %s', (bytes, text) => expect(formatBytes(bytes)).toBe(text))
})

describe('formatDuration', () => {
  it.each([
    [0, '0 ms'],
    [0.25, '250 ms'],
    [4.21, '4.2 s'],
    [59.4, '59 s'],
    [59.6, '1 min 00 s'],
    [185, '3 min 05 s'],
    [7_800, '2 h 10 min'],
  ])('%d seconds are %s', (seconds, text) => expect(formatDuration(seconds)).toBe(text))
})

describe('formatDollars', () => {
  it.each([
    [0, '$0.00'],
    [0.001, '<$0.01'],
    [12.3, '$12.30'],
  ])('%d is %s', (dollars, text) => expect(formatDollars(dollars)).toBe(text))
})

it('formatCount divides thousands', () => {
  expect(formatCount(1_234_567)).toBe('1,234,567')
})

it.each([
  [0.2123, '0.21'],
  [12.34, '12.3'],
  [123.4, '123'],
])('formatMillis shows %d as %s', (ms, text) => expect(formatMillis(ms)).toBe(text))

it.each(['\u001b[31m', '\r', '\n', '\u0007', '\u009b', '\u202e', '\u2028'])(
  'printable leaves no %j for a terminal to obey',
  (char) => {
    const text = printable(`a${char}b`)
    expect(text).not.toContain(char[0])
    expect(text).toMatch(/^a\\u[0-9a-f]{4}.*b$/)
  },
)
