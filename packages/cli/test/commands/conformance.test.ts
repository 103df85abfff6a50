import { readdir, readFile, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { blockpool, filesIn, makeFolder, write } from '../support.ts'

describe('blockpool conformance', () => {
  it('runs the laws of strategies, as lines and as objects', async () => {
    const cwd = await makeFolder()
    const { code, stdout } = await blockpool(['conformance', 'by-priority'], { cwd, env: {} })
    expect(code).toBe(0)
    expect(stdout.text).toMatch(/✓ rank\/no-repeats/)
    expect(stdout.text).toMatch(/0 failed/)
    const json = await blockpool(['conformance', 'by-priority', '--json'], { cwd, env: {} })
    const objects = json.stdout.text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(objects.at(-1)).toMatchObject({
      failed: 0,
      passed: objects.filter((o) => o.status === 'passed').length,
    })
  })

  it('fails a backend that breaks a promise, and leaves nothing behind', async () => {
    const cwd = await makeFolder()
    const temporary = await ownTemporaryFolder()
    await write(join(cwd, 'forgetful.mjs'), FORGETFUL)
    const { code, stdout } = await blockpool(['conformance', './forgetful.mjs', '--json'], { cwd, env: {} })
    expect(code).toBe(1)
    const ids = stdout.text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
      .filter(({ status }) => status === 'failed')
      .map(({ id }) => id)
    expect(ids.length).toBeGreaterThan(0)
    expect(await readdir(temporary)).toEqual([])
    expect(await filesIn(cwd)).toEqual(['forgetful.mjs'])
  })

  it('refuses a store that holds blocks, and one that two of them would share', async () => {
    const cwd = await makeFolder()
    const env = { BLOCKPOOL_BACKENDS: `disk=fs:${cwd}/full` }
    await blockpool(['block', 'put'], { cwd, env, stdin: [new Uint8Array(3)] })
    const before = await filesIn(join(cwd, 'full'))
    for (const url of [`fs:${cwd}/full`, `fs:${cwd}/shared`]) {
      expect((await blockpool(['conformance', url], { cwd, env: {} })).code).toBe(2)
    }
    expect(await filesIn(join(cwd, 'full'))).toEqual(before)
  })

  it('ends with 2 for what is no plugin, and for options that are no JSON or not right', async () => {
    const cwd = await makeFolder()
    const temporary = await ownTemporaryFolder()
    expect((await blockpool(['conformance', 'no-such-thing'], { cwd, env: {} })).code).toBe(2)
    expect((await blockpool(['conformance', './none.mjs'], { cwd, env: {} })).code).toBe(2)
    for (const options of ['{', '[]', '{"maxBytes":"x"}']) {
      expect((await blockpool(['conformance', 'memory', '--options', options], { cwd, env: {} })).code).toBe(
        2,
      )
    }
    expect(await readdir(temporary)).toEqual([])
  })
})

describe('which plugin blockpool conformance takes', () => {
  it('is one that the configuration names, by its type, relative to the file', async () => {
    const cwd = await makeFolder()
    await write(join(cwd, 'plugins', 'order.mjs'), ORDER)
    const config = { plugins: ['./plugins/order.mjs'], backends: { ram: 'memory:' } }
    await write(join(cwd, 'blockpool.config.json'), JSON.stringify(config))
    const deeper = join(cwd, 'plugins')
    for (const folder of [cwd, deeper]) {
      const { code, stdout } = await blockpool(['conformance', 'order'], { cwd: folder, env: {} })
      expect(code).toBe(0)
      expect(stdout.text).toMatch(/rank\/no-repeats/)
    }
    const elsewhere = await makeFolder()
    expect((await blockpool(['conformance', 'order'], { cwd: elsewhere, env: {} })).code).toBe(2)
    const named = ['conformance', 'order', '--config', join(cwd, 'blockpool.config.json')]
    expect((await blockpool(named, { cwd: elsewhere, env: {} })).code).toBe(0)
  })

  it('is a store by its URL, when the configuration names the package', async () => {
    const cwd = await makeFolder()
    await write(join(cwd, 'forgetful.mjs'), FORGETFUL)
    const config = { plugins: ['./forgetful.mjs'], backends: { ram: 'memory:' } }
    await write(join(cwd, 'blockpool.config.json'), JSON.stringify(config))
    const { code, stdout } = await blockpool(['conformance', 'forgetful:./here', '--json'], { cwd, env: {} })
    expect(code).toBe(1)
    expect(stdout.text).toContain('get/')
  })

  it('is a package that is installed here', async () => {
    const cwd = await makeFolder()
    await write(join(cwd, 'node_modules', 'order-package', 'index.mjs'), ORDER)
    const manifest = { name: 'order-package', version: '1.0.0', exports: './index.mjs' }
    await write(join(cwd, 'node_modules', 'order-package', 'package.json'), JSON.stringify(manifest))
    expect((await blockpool(['conformance', 'order-package'], { cwd, env: {} })).code).toBe(0)
  })

  it('is none that the configuration names and that is not there', async () => {
    const cwd = await makeFolder()
    const config = { plugins: ['no-such-package'], backends: { ram: 'memory:' } }
    await write(join(cwd, 'blockpool.config.json'), JSON.stringify(config))
    expect((await blockpool(['conformance', 'order'], { cwd, env: {} })).code).toBe(2)
  })
})

describe('blockpool conformance --badge', () => {
  it('writes how it ended, also when a case fails, over a badge of before', async () => {
    const cwd = await makeFolder()
    await write(join(cwd, 'forgetful.mjs'), FORGETFUL)
    const args = ['--badge', 'badge.svg', '--json']
    const good = await blockpool(['conformance', 'by-priority', ...args], { cwd, env: {} })
    expect(good.code).toBe(0)
    const { passed } = JSON.parse(good.stdout.text.trimEnd().split('\n').at(-1) ?? '')
    expect(await readFile(join(cwd, 'badge.svg'), 'utf8')).toContain(`>${passed} of ${passed}<`)
    const bad = await blockpool(['conformance', './forgetful.mjs', ...args], { cwd, env: {} })
    expect(bad.code).toBe(1)
    const counts = JSON.parse(bad.stdout.text.trimEnd().split('\n').at(-1) ?? '')
    const badge = await readFile(join(cwd, 'badge.svg'), 'utf8')
    expect(badge).toContain(`>${counts.passed} of ${counts.passed + counts.failed}<`)
    expect(await filesIn(cwd)).toEqual(['badge.svg', 'forgetful.mjs'])
  })

  it('replaces nothing else, and then runs no case', async () => {
    const cwd = await makeFolder()
    await write(join(cwd, 'photo.svg'), '<svg xmlns="http://www.w3.org/2000/svg"></svg>')
    await symlink('photo.svg', join(cwd, 'link.svg'))
    for (const path of ['photo.svg', 'link.svg', '.']) {
      const args = ['conformance', 'by-priority', '--badge', path]
      const { code, stdout } = await blockpool(args, { cwd, env: {} })
      expect(code).toBe(1)
      expect(stdout.text).toBe('')
    }
    expect(await readFile(join(cwd, 'photo.svg'), 'utf8')).not.toContain('blockpool')
  })
})

/** What is left in the folder for temporary files is then left by this test. */
async function ownTemporaryFolder(): Promise<string> {
  const folder = await makeFolder()
  vi.stubEnv('TMPDIR', folder)
  onTestFinished(() => void vi.unstubAllEnvs())
  if (tmpdir() !== folder) throw new Error('this system takes its temporary folder from elsewhere')
  return folder
}

/** Says that it stored a block, and did not. */
const FORGETFUL = `
const backend = {
  type: 'forgetful',
  traits: { durability: 'none' },
  async get() { return undefined },
  async put() {},
  async has() { return false },
  async delete() {},
  async *list() {},
}
export const plugin = {
  kind: 'backend',
  type: 'forgetful',
  options: { '~standard': { version: 1, vendor: 'test', validate: (value) => ({ value }) } },
  fromUrl: () => ({}),
  create: async () => backend,
}
`

/** Leaves candidates as they are. */
const ORDER = `
export const plugin = {
  kind: 'strategy',
  type: 'order',
  options: { '~standard': { version: 1, vendor: 'test', validate: (value) => ({ value }) } },
  create: async () => ({ type: 'order', stable: true, rank: (_request, candidates) => candidates }),
}
`
