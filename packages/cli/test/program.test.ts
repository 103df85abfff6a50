import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { blockpool, makeFolder, Sink, write } from './support.ts'

describe('blockpool', () => {
  it('shows help and version with exit code 0', async () => {
    const cwd = await makeFolder()
    const help = await blockpool(['--help'], { cwd })
    expect(help.code).toBe(0)
    for (const name of [
      'init',
      'add',
      'get',
      'cat',
      'block',
      'ls',
      'status',
      'explain',
      'conformance',
      'config',
    ]) {
      expect(help.stdout.text).toMatch(new RegExp(`^  ${name}\\b`, 'm'))
    }
    expect(await blockpool(['--version'], { cwd })).toMatchObject({ code: 0 })
    expect(await blockpool(['add', '--help'], { cwd })).toMatchObject({ code: 0 })
  })

  it.each([
    [[]],
    [['frob']],
    [['status', '--frob']],
    [['get']],
    [['block']],
    [['explain', 'x', '--size', '-1']],
  ])('ends %j with 2 and a hint on stderr', async (args) => {
    const { code, stdout, stderr } = await blockpool(args, { cwd: await makeFolder() })
    expect(code).toBe(2)
    expect(stdout.text).toBe('')
    expect(stderr.text).not.toBe('')
  })

  it('ends with 2 where there is no configuration, and says what makes one', async () => {
    const { code, stderr } = await blockpool(['status'], { cwd: await makeFolder(), env: {} })
    expect(code).toBe(2)
    expect(stderr.text).toContain('blockpool init')
  })

  it('takes the global options before and after the subcommand', async () => {
    const cwd = await makeFolder()
    const file = await write(join(cwd, 'p/my.json'), '{ "backends": { "ram": "memory:" } }')
    for (const args of [
      ['--config', file, '--json', 'status'],
      ['status', '--json', '-c', file],
    ]) {
      const { stdout } = await blockpool(args, { cwd, env: {} })
      expect(Object.keys(JSON.parse(stdout.text).backends)).toEqual(['ram'])
    }
  })

  it('colours for a terminal, and not with --no-color or NO_COLOR', async () => {
    const cwd = await makeFolder()
    const env = { BLOCKPOOL_BACKENDS: 'memory:' }
    const outputs: string[] = []
    for (const [args, more] of [
      [['status'], {}],
      [['status', '--no-color'], {}],
      [['status'], { NO_COLOR: '1' }],
    ] as const) {
      const stdout = new Sink(true)
      await blockpool(args, { cwd, env: { ...env, ...more }, stdout })
      outputs.push(stdout.text)
    }
    expect(outputs.map((text) => text.includes('\u001b['))).toEqual([true, false, false])
  })

  it('says errors as an object with --json, without secrets', async () => {
    const env = { BLOCKPOOL_BACKENDS: 'r=nowhere://:hunter2@h' }
    const { code, stdout, stderr } = await blockpool(['ls', '--json'], { cwd: await makeFolder(), env })
    expect(code).toBe(2)
    expect(stdout.text).toBe('')
    expect(JSON.parse(stderr.text)).toMatchObject({ error: { code: 'ERR_INVALID_OPTIONS' } })
    expect(stderr.text).not.toContain('hunter2')
  })

  it('lets no name of a file speak to the terminal', async () => {
    const cwd = await makeFolder()
    const { stderr } = await blockpool(['add', 'x\u001b[2J\u0007'], { cwd })
    expect(stderr.text).not.toContain('\u001b[2J')
  })

  it('prints the JSON Schema of the configuration', async () => {
    const { code, stdout } = await blockpool(['config', 'schema'], { cwd: await makeFolder(), env: {} })
    expect(code).toBe(0)
    expect(JSON.parse(stdout.text)).toMatchObject({ required: ['backends'], definitions: { backend: {} } })
  })
})
