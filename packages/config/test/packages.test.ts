import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { importPackage, importPlugin } from '../src/index.ts'
import { makeFolder, refusal, write } from './support.ts'

const PLUGIN = `export const plugin = {
  kind: 'backend', type: 'mine', create: async () => {},
  options: { '~standard': { version: 1, vendor: 'test', validate: (value) => ({ value }) } },
}`

describe('importPackage', () => {
  it.each([
    ['a string', './index.js'],
    ['default', { '.': { types: './index.d.ts', default: './index.js' } }],
    ['import only', { '.': { import: './index.js' } }],
    ['import only, without a dot', { import: { types: './index.d.ts', default: './index.js' } }],
  ])('imports an ESM package whose exports are %s, from a folder below', async (_, exports) => {
    const folder = await makeFolder()
    const dir = join(folder, 'node_modules/@me/mine')
    await write(join(dir, 'package.json'), { name: '@me/mine', type: 'module', exports })
    await write(join(dir, 'index.js'), PLUGIN)
    const module = await importPackage('@me/mine', join(folder, 'deep/below'))
    expect(module).toMatchObject({ plugin: { type: 'mine' } })
  })
})

describe('importPlugin', () => {
  it('imports a file by a relative path', async () => {
    const folder = await makeFolder()
    await write(join(folder, 'mine.mjs'), PLUGIN)
    expect(await importPlugin('./mine.mjs', [folder])).toMatchObject({ type: 'mine' })
  })

  it('takes the first folder in which the package is installed', async () => {
    const [one, two] = [await makeFolder(), await makeFolder()]
    await write(join(two, 'node_modules/mine/index.mjs'), PLUGIN)
    await write(join(two, 'node_modules/mine/package.json'), { name: 'mine', exports: './index.mjs' })
    expect(await importPlugin('mine', [one, two])).toMatchObject({ type: 'mine' })
    expect(await importPlugin('mine', [one])).toBeUndefined()
  })

  it('tells a package that fails to load from one that is not there', async () => {
    const folder = await makeFolder()
    await write(join(folder, 'broken.mjs'), `import 'something-else-that-is-not-installed'`)
    expect(await refusal(() => importPlugin('./broken.mjs', [folder]))).toContain('broken.mjs')
  })
})

describe('a core that does not fit', () => {
  async function withCore(version: string, range: string): Promise<string> {
    const folder = await makeFolder()
    const [plugin, core] = ['mine', '@blockpool/core'].map((name) => join(folder, 'node_modules', name))
    await write(join(`${plugin}`, 'package.json'), {
      name: 'mine',
      exports: './lib/index.mjs',
      peerDependencies: { '@blockpool/core': range },
    })
    await write(join(`${plugin}`, 'lib/index.mjs'), PLUGIN)
    await write(join(`${core}`, 'package.json'), { name: '@blockpool/core', version })
    return folder
  }

  it('is told apart before the plugin is imported, with the command that mends it', async () => {
    const folder = await withCore('1.4.2', '^2.0.0')
    const message = await refusal(() => importPlugin('mine', [folder]))
    expect(message).toContain("npm install '@blockpool/core@^2.0.0' mine")
    expect(message).toContain('1.4.2')
  })

  it.each([
    ['2.3.1', '^2.0.0'],
    ['2.1.0-beta.1', '^2.0.0'],
    ['1.4.2', '^1.4.0 || ^2.0.0'],
    ['0.0.0', 'workspace:^'],
  ])('%s fits %s', async (version, range) => {
    expect(await importPlugin('mine', [await withCore(version, range)])).toMatchObject({ type: 'mine' })
  })
})
