import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { loadConfig, parseConfig } from '../src/index.ts'
import { makeFolder, refusal, write } from './support.ts'

const CONFIG = { copies: 2, backends: { ram: 'memory:' } }

describe('loadConfig', () => {
  it('finds the nearest file upward', async () => {
    const folder = await makeFolder()
    await write(join(folder, 'blockpool.config.json'), { backends: { outer: 'memory:' } })
    const file = await write(join(folder, 'a/blockpool.config.json'), CONFIG)
    await mkdir(join(folder, 'a/b/c'), { recursive: true })
    const loaded = await loadConfig({ cwd: join(folder, 'a/b/c'), env: {} })
    expect(loaded).toMatchObject({ config: CONFIG, source: file, baseDir: join(folder, 'a') })
  })

  it('reads a JavaScript module', async () => {
    const cwd = await makeFolder()
    await write(join(cwd, 'package.json'), { type: 'module' })
    await write(join(cwd, 'blockpool.config.js'), `export default ${JSON.stringify(CONFIG)}`)
    expect((await loadConfig({ cwd, env: {} })).config).toEqual(CONFIG)
  })

  it('reads a TypeScript module', async () => {
    const cwd = await makeFolder()
    await write(join(cwd, 'package.json'), { type: 'module' })
    const text = `const copies: number = 2\nexport default { copies, backends: { ram: 'memory:' as string } }`
    await write(join(cwd, 'blockpool.config.ts'), text)
    expect((await loadConfig({ cwd, env: {} })).config).toEqual(CONFIG)
  })

  it('prefers a path to BLOCKPOOL_CONFIG, and that to what it finds', async () => {
    const cwd = await makeFolder()
    await write(join(cwd, 'blockpool.config.json'), { backends: { found: 'memory:' } })
    const fromEnv = await write(join(cwd, 'env/pool.json'), { backends: { env: 'memory:' } })
    const byPath = await write(join(cwd, 'path/pool.json'), { backends: { path: 'memory:' } })
    const env = { BLOCKPOOL_CONFIG: 'env/pool.json' }
    expect((await loadConfig({ cwd, env })).source).toBe(fromEnv)
    expect((await loadConfig({ cwd, env, path: byPath })).source).toBe(byPath)
  })

  it('needs no file with BLOCKPOOL_BACKENDS, whose paths then start from the current folder', async () => {
    const cwd = await makeFolder()
    const loaded = await loadConfig({ cwd, env: { BLOCKPOOL_BACKENDS: 'memory:' } })
    expect(loaded).toMatchObject({ config: { backends: { memory: 'memory:' } }, baseDir: cwd })
  })

  it('lays the environment over the file', async () => {
    const cwd = await makeFolder()
    await write(join(cwd, 'blockpool.config.json'), { ...CONFIG, minHealthy: 1 })
    const env = { BLOCKPOOL_BACKENDS: 'a=memory:,b=memory:', BLOCKPOOL_COPIES: '1' }
    expect((await loadConfig({ cwd, env })).config).toEqual({
      copies: 1,
      minHealthy: 1,
      backends: { a: 'memory:', b: 'memory:' },
    })
  })

  it('names the variable in an error of what it sets, and the file in others', async () => {
    const cwd = await makeFolder()
    const file = await write(join(cwd, 'blockpool.config.json'), { ...CONFIG, minHealthy: -1 })
    const message = await refusal(() => loadConfig({ cwd, env: { BLOCKPOOL_COPIES: 'two' } }))
    const lines = message.split('\n')
    expect(lines).toHaveLength(2)
    expect(lines.find((line) => line.includes('copies'))).toContain('BLOCKPOOL_COPIES')
    expect(lines.find((line) => line.includes('minHealthy'))).toContain(file)
  })

  it('refuses two files in one folder', async () => {
    const cwd = await makeFolder()
    await write(join(cwd, 'blockpool.config.json'), CONFIG)
    await write(join(cwd, 'blockpool.config.js'), '')
    const message = await refusal(() => loadConfig({ cwd, env: {} }))
    expect(message).toContain('blockpool.config.json')
    expect(message).toContain('blockpool.config.js')
  })

  it('says where it looked, and what makes a file', async () => {
    const cwd = await makeFolder()
    const message = await refusal(() => loadConfig({ cwd, env: {} }))
    expect(message).toContain(cwd)
    expect(message).toContain('blockpool init')
  })

  it('names a file that it cannot read', async () => {
    const cwd = await makeFolder()
    for (const path of ['none.json', 'none.ts']) {
      expect(await refusal(() => loadConfig({ cwd, path, env: {} }))).toContain(join(cwd, path))
    }
  })

  it('names a module that does not load, and what it threw', async () => {
    const cwd = await makeFolder()
    const file = await write(join(cwd, 'blockpool.config.js'), 'throw new Error("REDIS_URL is not set")')
    const message = await refusal(() => loadConfig({ cwd, env: {} }))
    expect(message).toContain(file)
    expect(message).toContain('REDIS_URL is not set')
  })

  it('quotes nothing of a file that is no JSON', async () => {
    const cwd = await makeFolder()
    for (const text of ['{"backends": {"a": "redis://:hunter2@h" x}}', '{"url": hunter2}', '{"hunter2']) {
      const file = await write(join(cwd, 'blockpool.config.json'), text)
      const error = await loadConfig({ cwd, env: {} }).catch((reason: unknown) => reason)
      expect(error).toMatchObject({ code: 'ERR_INVALID_OPTIONS' })
      expect((error as Error).message).toContain(file)
      expect((error as Error).message).not.toContain('hunter2')
      expect((error as Error).cause).toBeUndefined()
    }
  })
})

describe('parseConfig', () => {
  it('resolves relative paths from the current folder unless told otherwise', () => {
    expect(parseConfig(CONFIG).baseDir).toBe(process.cwd())
    expect(parseConfig(CONFIG, { baseDir: '/data' }).baseDir).toBe('/data')
  })

  it.each([
    ['copies', { ...CONFIG, copies: '2' }],
    ['copies', { ...CONFIG, copies: 0 }],
    ['copies', { ...CONFIG, copies: 1.5 }],
    ['copie', { ...CONFIG, copie: 2 }],
    ['writeQuorum', { ...CONFIG, writeQuorum: 'most' }],
    ['durability', { ...CONFIG, durability: 'disk' }],
    ['backends', { copies: 1 }],
    ['backends', { backends: {} }],
    ['backends', { backends: [] }],
    ['backends.hot', { backends: { hot: 5 } }],
    ['backends.hot', { backends: { hot: {} } }],
    ['backends.hot.capacityBytes', { backends: { hot: { type: 'fs', capacityBytes: '10 GB' } } }],
    ['strategy', { ...CONFIG, strategy: 5 }],
    ['strategy.type', { ...CONFIG, strategy: {} }],
    ['plugins.1', { ...CONFIG, plugins: ['a', 5] }],
  ])('names the key %s in what is wrong with %j', async (key, value) => {
    const message = await refusal(() => parseConfig(value, { source: 'pool.json' }))
    expect(message).toContain(`pool.json: ${key}:`)
  })

  it('says what was expected and what was found', async () => {
    const message = await refusal(() => parseConfig({ ...CONFIG, copies: '2' }))
    expect(message).toContain('a number')
    expect(message).toContain('"2"')
  })

  it('names every key that is wrong', async () => {
    const message = await refusal(() => parseConfig({ copies: 0, minHealthy: -1, backends: { hot: 5 } }))
    for (const key of ['copies', 'minHealthy', 'backends.hot']) expect(message).toContain(key)
  })

  it('names the keys that there are for one that there is not', async () => {
    expect(await refusal(() => parseConfig({ ...CONFIG, copie: 2 }))).toContain('copies')
  })

  it.each([undefined, null, 5, 'text', []])('refuses %j', async (value) => {
    await refusal(() => parseConfig(value))
  })

  it('shows no secret of what it refuses', async () => {
    const values = [
      { type: 's3', secretAccessKey: 'hunter2', timeoutMs: 0 },
      { type: 's3', zone: { password: 'hunter2' } },
      { url: 5, password: 'hunter2' },
    ]
    for (const hot of values) {
      const message = await refusal(() => parseConfig({ backends: { hot } }))
      expect(message).not.toContain('hunter2')
    }
    expect(await refusal(() => parseConfig('redis://:hunter2@h'))).not.toContain('hunter2')
  })
})
