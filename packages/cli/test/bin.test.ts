import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { truncate } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { describe, expect, it, onTestFinished } from 'vitest'
import { DISK, filesIn, makeFolder, write } from './support.ts'

const BIN = fileURLToPath(new URL('../src/bin.ts', import.meta.url))
const GIB = 1024 ** 3

describe('the process', () => {
  it('finds a plugin that is installed beside the command, and keeps blocks for the next one', async () => {
    const cwd = await makeFolder()
    await write(join(cwd, 'x'), 'hello')
    const config = { backends: { db: { type: 'sqlite', path: './x.db' } }, strategy: 'size-based' }
    await write(join(cwd, 'blockpool.config.json'), JSON.stringify(config))
    const added = await end(start(['add', 'x'], cwd, {}))
    expect(added).toMatchObject({ code: 0, stderr: '' })
    expect(await end(start(['cat', added.stdout.trim()], cwd, {}))).toMatchObject({
      code: 0,
      stdout: 'hello',
    })
  })

  it('reads a configuration in TypeScript', async () => {
    const cwd = await makeFolder()
    const text = `const url: string = 'memory:'\nexport default { backends: { ram: url } }\n`
    await write(join(cwd, 'blockpool.config.ts'), text)
    const { code, stdout } = await end(start(['status', '--json'], cwd, {}))
    expect(code).toBe(0)
    expect(JSON.parse(stdout).backends).toHaveProperty('ram')
  })

  it('ends on Ctrl-C with 130, and leaves no half-written block', async () => {
    const cwd = await makeFolder()
    await truncate(await write(join(cwd, 'x'), ''), 64 * GIB)
    const child = start(['add', 'x'], cwd)
    await until(async () => (await filesIn(join(cwd, 'pool')).catch(() => [])).length > 0)
    child.kill('SIGINT')
    expect(await end(child)).toMatchObject({ code: 130, stdout: '', stderr: '' })
    expect(await filesIn(join(cwd, 'pool/tmp'))).toEqual([])
  })

  it('ends quietly with 141 when nobody reads on', async () => {
    const cwd = await makeFolder()
    await truncate(await write(join(cwd, 'x'), ''), 20_000_000)
    const { stdout } = await end(start(['add', 'x'], cwd))
    const child = start(['cat', stdout.trim()], cwd)
    child.stdout?.once('data', () => child.stdout?.destroy())
    expect(await end(child)).toMatchObject({ code: 141, stderr: '' })
  })
})

function start(
  args: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string | undefined>> = DISK,
) {
  const child = spawn(process.execPath, ['--conditions=@blockpool/source', BIN, ...args], {
    cwd,
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  return child
}

async function end(child: ChildProcess): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const text = { stdout: '', stderr: '' }
  child.stdout?.on('data', (chunk) => (text.stdout += chunk))
  child.stderr?.on('data', (chunk) => (text.stderr += chunk))
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, ...text }
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  for (let i = 0; i < 500; i += 1) {
    if (await condition()) return
    await sleep(20)
  }
  throw new Error('it did not come to that in 10 s')
}
