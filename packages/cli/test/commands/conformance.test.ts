import { readdir } from 'node:fs/promises'
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
  create: async () => backend,
}
`
