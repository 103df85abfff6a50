import { posix } from 'node:path'
import { describe, expect, test } from 'vitest'
import { files, importsOf, packages, read } from './workspace.ts'

/** The folders of core, and what each may import from besides itself and the files beside index.ts. */
const CORE_LAWS: Readonly<Record<string, readonly string[]>> = {
  plan: [],
  state: [],
  pool: ['plan', 'state', 'maintenance'],
  maintenance: ['plan', 'state', 'pool'],
}
/** Files of core that pure code must not reach: they are the shell. */
const SHELL = ['clock.ts', 'random.ts', 'memory.ts', 'hash.ts']

/** Contracts that stand in a folder of core. */
const CONTRACTS = ['state/journal.ts', 'state/location-index.ts']

interface Import {
  readonly file: string
  readonly from: string
}

function imports(pattern: string): Import[] {
  return files(pattern).flatMap((file) => importsOf(file).map((from) => ({ file, from })))
}

const sources = imports('packages/**/src/**/*.ts')
const lines = (found: readonly Import[]): string[] => found.map(({ file, from }) => `${file} imports ${from}`)

test('there are imports to look at', () => {
  expect(sources.length).toBeGreaterThan(200)
})

describe('core', () => {
  const core = imports('packages/core/src/**/*.ts')

  test('depends on multiformats and nothing else, so that it runs in a browser', () => {
    const outside = core.filter(({ from }) => !from.startsWith('.') && !from.startsWith('multiformats/'))
    expect(lines(outside)).toEqual([])
  })

  test.each(Object.keys(CORE_LAWS))('%s/ imports only what it may', (folder) => {
    const allowed = [folder, ...(CORE_LAWS[folder] ?? [])]
    const wrong = core.filter(({ file, from }) => {
      if (!file.startsWith(`packages/core/src/${folder}/`) || !from.startsWith('.')) return false
      const [top = '', ...rest] = target(file, from).split('/')
      return rest.length > 0 && !allowed.includes(top)
    })
    expect(lines(wrong)).toEqual([])
  })

  test('plan/ is pure: no clock, no randomness, no I/O', () => {
    const wrong = core.filter(
      ({ file, from }) => file.includes('/plan/') && SHELL.includes(target(file, from)),
    )
    expect(lines(wrong)).toEqual([])
    for (const file of files('packages/core/src/plan/*.ts')) {
      expect(read(file), file).not.toMatch(/Date\.|performance\.|Math\.random|setTimeout|await |crypto/)
    }
  })

  test('contracts import no shell: nothing beside index.ts reaches into pool/ but events, options and index', () => {
    const wrong = core.filter(({ file, from }) => {
      const name = file.replace('packages/core/src/', '')
      if (name.includes('/') || name === 'index.ts' || !from.startsWith('.')) return false
      const to = target(file, from)
      return !CONTRACTS.includes(to) && /^(pool|maintenance|state)\//.test(to)
    })
    expect(lines(wrong)).toEqual([])
  })

  function target(file: string, from: string): string {
    return posix.normalize(posix.join(posix.dirname(file), from)).replace('packages/core/src/', '')
  }
})

describe('packages', () => {
  test('import each other by name, never by path', () => {
    const wrong = sources.filter(({ file, from }) => {
      if (!from.startsWith('.')) return false
      const home = packages.find(({ folder }) => file.startsWith(`${folder}/src/`))?.folder ?? ''
      return !posix.join(posix.dirname(file), from).startsWith(`${home}/`)
    })
    expect(lines(wrong)).toEqual([])
  })

  test('backends, strategies and adapters know the contracts and no pool, no configuration and not each other', () => {
    const wrong = imports('packages/{adapters,backends,strategies}/*/src/**/*.ts').filter(
      ({ from }) => from.startsWith('@blockpool/') && from !== '@blockpool/core',
    )
    expect(lines(wrong)).toEqual([])
  })

  test('strategies do no I/O', () => {
    const wrong = imports('packages/strategies/*/src/**/*.ts').filter(({ from }) => from.startsWith('node:'))
    expect(lines(wrong)).toEqual([])
  })

  test('the conformance kit reaches a test runner from its two bindings alone', () => {
    const wrong = imports('packages/conformance/src/**/*.ts').filter(
      ({ file, from }) => /^(vitest|node:test)$/.test(from) && !/\/(vitest|node-test)\.ts$/.test(file),
    )
    expect(lines(wrong)).toEqual([])
  })

  test('export names from index.ts and nothing else stands there', () => {
    for (const { folder, manifest } of packages.filter(({ manifest }) => !manifest.private)) {
      const text = read(`${folder}/src/index.ts`).replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '')
      const rest = text.replace(/export\s+(type\s+)?\{[^}]*\}\s+from\s+'[^']+'/g, '')
      expect(rest.trim(), manifest.name).toBe('')
    }
  })

  test('have the same face', () => {
    for (const { folder } of packages.filter(({ manifest }) => !manifest.private)) {
      const found = files(`${folder}/*`).map((path) => posix.basename(path))
      expect(found, folder).toEqual(expect.arrayContaining(['README.md', 'package.json', 'tsconfig.json']))
      expect(files(`${folder}/test/**/*.test.ts`).length, `${folder} has tests`).toBeGreaterThan(0)
    }
  })
})
