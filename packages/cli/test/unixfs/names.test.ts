import { dirname, join, resolve, sep } from 'node:path'
import { describe, expect, it } from 'vitest'
import { safeName, staysInside } from '../../src/unixfs/names.ts'

const refused = expect.objectContaining({ code: 'ERR_UNSAFE_NAME' })

describe('safeName', () => {
  it.each(['', '.', '..', '/', 'a/b', '/etc/passwd', '../x', 'a/..', 'a\0b', '\0'])('refuses %j', (name) => {
    expect(() => safeName(name)).toThrow(refused)
  })

  it.each(['a', '...', '.hidden', 'with space', '-rf', 'ünï', 'a..b', ' '])('takes %j', (name) => {
    expect(safeName(name, 'linux')).toBe(name)
  })

  it.each(['a\\b', '..\\x', 'C:', 'C:x', 'file:stream', 'nul', 'COM1.txt', 'x.', 'x ', 'a|b'])(
    'refuses %j on Windows alone',
    (name) => {
      expect(() => safeName(name, 'win32')).toThrow(refused)
      expect(safeName(name, 'linux')).toBe(name)
    },
  )

  it('leads nowhere but into the folder, for 100,000 hostile names', () => {
    const parts = ['.', '..', '/', '\\', '\0', 'a', ' ', '~', '%2e%2e', '\u2025', '\uff0e', 'C:', '//']
    let state = 42
    const next = (below: number): number => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
      return Math.floor((state / 2 ** 32) * below)
    }
    const root = resolve('/out')
    for (let i = 0; i < 100_000; i += 1) {
      const name = Array.from({ length: next(6) }, () => parts[next(parts.length)]).join('')
      let safe: string
      try {
        safe = safeName(name)
      } catch {
        continue
      }
      const path = join(root, safe)
      if (dirname(path) !== root || path === root) throw new Error(`${JSON.stringify(name)} leads to ${path}`)
    }
  })
})

describe('staysInside', () => {
  it.each([
    ['a', 0],
    ['./a/b', 0],
    ['../a', 1],
    ['../../a', 2],
    ['..', 1],
    ['.', 0],
  ])('%j from depth %i does', (target, depth) => {
    expect(staysInside(target, depth)).toBe(true)
  })

  it.each([
    ['/etc/passwd', 5],
    ['../a', 0],
    ['../../a', 1],
    ['..', 0],
    // Through another link this could go anywhere.
    ['a/../../b', 1],
    ['a/..', 3],
    ['C:\\x', 3],
    ['\\\\host\\share', 3],
    ['..\\..\\x', 1],
    ['a\0b', 3],
    ['', 3],
  ])('%j from depth %i does not', (target, depth) => {
    expect(staysInside(target, depth)).toBe(false)
  })

  it('agrees with the resolved path wherever it says yes', () => {
    const parts = ['..', '.', 'a', 'b']
    for (let n = 0; n < 4 ** 5; n += 1) {
      const target = Array.from({ length: 5 }, (_, i) => parts[Math.floor(n / 4 ** i) % 4]).join('/')
      for (const depth of [0, 1, 2, 3]) {
        const folder = resolve('/out', ...Array.from({ length: depth }, () => 'd'))
        if (staysInside(target, depth)) expect(`${resolve(folder, target)}${sep}`).toMatch(/^\/out\//)
      }
    }
  })
})
