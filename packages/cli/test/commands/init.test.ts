import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { blockpool, filesIn, makeFolder, write } from '../support.ts'

const NO_ENV = { env: {} }

describe('blockpool init', () => {
  it('writes a configuration that works at once', async () => {
    const cwd = await makeFolder()
    const file = join(cwd, 'blockpool.config.json')
    const { code, stdout } = await blockpool(['init'], { cwd, ...NO_ENV })
    expect(code).toBe(0)
    expect(stdout.text).toContain(file)
    expect(JSON.parse(await readFile(file, 'utf8'))).toEqual({
      $schema: expect.stringContaining('blockpool.schema.json'),
      copies: 1,
      backends: { disk: 'fs:./.blockpool/blocks' },
    })
    expect((await blockpool(['status'], { cwd, ...NO_ENV })).code).toBe(0)
    expect((await filesIn(join(cwd, '.blockpool/blocks'))).length).toBeGreaterThan(0)
  })

  it('takes backends, strategy and copies', async () => {
    const cwd = await makeFolder()
    const args = ['-b', 'a=memory:', '--backend', 'b=fs:./b', '--strategy', 'by-priority', '--copies', '2']
    const { code } = await blockpool(['init', ...args], { cwd, ...NO_ENV })
    expect(code).toBe(0)
    expect(JSON.parse(await readFile(join(cwd, 'blockpool.config.json'), 'utf8'))).toMatchObject({
      strategy: 'by-priority',
      copies: 2,
      backends: { a: 'memory:', b: 'fs:./b' },
    })
  })

  it.each(['json', 'ts', 'js'])('never writes over or beside a blockpool.config.%s', async (extension) => {
    const cwd = await makeFolder()
    const file = await write(join(cwd, `blockpool.config.${extension}`), 'mine')
    expect((await blockpool(['init'], { cwd, ...NO_ENV })).code).toBe(1)
    expect(await readFile(file, 'utf8')).toBe('mine')
    expect(await filesIn(cwd)).toEqual([`blockpool.config.${extension}`])
  })

  it('writes below a folder that has one', async () => {
    const cwd = await makeFolder()
    await write(join(cwd, 'blockpool.config.json'), '{}')
    await write(join(cwd, 'inner/file'), '')
    expect((await blockpool(['init'], { cwd: join(cwd, 'inner'), ...NO_ENV })).code).toBe(0)
  })

  it('writes the file that --config names', async () => {
    const cwd = await makeFolder()
    expect((await blockpool(['init', '--config', 'my.json'], { cwd, ...NO_ENV })).code).toBe(0)
    expect(await filesIn(cwd)).toEqual(['my.json'])
    expect((await blockpool(['init', '--config', 'my.ts'], { cwd, ...NO_ENV })).code).toBe(2)
  })

  it.each([
    ['-b', 'nothing'],
    ['-b', 'a=no-scheme-but-kept'],
    ['--copies', 'two'],
    ['--copies', '0'],
  ])('says what is wrong with %s %s by exit code 2 or at the first use', async (flag, value) => {
    const cwd = await makeFolder()
    const first = await blockpool(['init', flag, value], { cwd, ...NO_ENV })
    const code = first.code === 0 ? (await blockpool(['status'], { cwd, ...NO_ENV })).code : first.code
    expect(code).toBe(2)
  })

  it('answers in JSON', async () => {
    const cwd = await makeFolder()
    const { stdout } = await blockpool(['init', '--json'], { cwd, ...NO_ENV })
    expect(JSON.parse(stdout.text)).toEqual({
      config: join(cwd, 'blockpool.config.json'),
      backends: ['disk'],
    })
  })
})
