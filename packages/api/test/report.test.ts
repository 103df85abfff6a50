import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { type EntryPoint, entryPoints } from '../src/entry-points.ts'
import { differs, REPORTS, strays } from '../src/report.ts'

let folder: string
let entry: EntryPoint

function declare(text: string): void {
  writeFileSync(entry.declarations, text)
}

beforeEach(() => {
  const scratch = mkdtempSync(join(tmpdir(), 'blockpool-api-test-'))
  folder = join(scratch, 'reports')
  mkdirSync(folder)
  entry = {
    specifier: '@example/store',
    folder: scratch,
    declarations: join(scratch, 'index.d.ts'),
    source: join(scratch, 'index.ts'),
  }
  writeFileSync(join(scratch, 'package.json'), '{ "name": "@example/store", "version": "1.0.0" }')
  declare('export declare function open(path: string): void;\n')
  vi.spyOn(console, 'warn').mockImplementation(() => {})
  vi.spyOn(console, 'log').mockImplementation(() => {})
  differs(entry, { folder, write: true })
})

afterEach(() => {
  vi.restoreAllMocks()
  rmSync(entry.folder, { recursive: true, force: true })
})

describe('a report', () => {
  test('is the same for the same declarations', () => {
    expect(differs(entry, { folder, write: false })).toBe(false)
  })

  test.for([
    ['a parameter that becomes another', 'export declare function open(path: URL): void;\n'],
    ['an export that goes', 'export {};\n'],
    [
      'a type that is reached but not exported',
      'interface Hidden { a: 1 }\nexport declare function open(path: string): Hidden;\n',
    ],
  ] as const)('differs after %s', ([, text]) => {
    declare(text)
    expect(differs(entry, { folder, write: false })).toBe(true)
  })

  test('is the new one once it is written', () => {
    declare('export declare function open(path: URL): void;\n')
    expect(differs(entry, { folder, write: true })).toBe(true)
    expect(differs(entry, { folder, write: false })).toBe(false)
  })

  test('of what is published no more is a stray', () => {
    expect(strays([entry], folder)).toEqual([])
    expect(strays([], folder)).toEqual(['example-store.api.md'])
  })
})

test('each entry point that is published has its report', () => {
  const copy = join(entry.folder, 'checked-in')
  cpSync(REPORTS, copy, { recursive: true })
  const specifiers = entryPoints().map(({ specifier }) => specifier)
  expect(specifiers).toContain('@blockpool/conformance/vitest')
  expect(strays(entryPoints(), copy)).toEqual([])
})
